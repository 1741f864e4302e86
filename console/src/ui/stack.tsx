import type { ReactNode } from 'react';

/** Things below one another with room between them; what renders nothing takes none. */
export function Stack({ children }: { readonly children: ReactNode }) {
  return <div className="pw-stack">{children}</div>;
}
