/** The name, for pages without the top bar. */
export function Logo() {
  return (
    <div className="pw-logo">
      <img src={`${import.meta.env.BASE_URL}favicon.svg`} alt="" width={36} height={36} />
      <span>Pipewright</span>
    </div>
  );
}
