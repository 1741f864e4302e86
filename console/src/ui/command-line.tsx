import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';

interface CommandLineProps {
  readonly command: string;
  /** What the command does, for the copy button's name. */
  readonly name: string;
}

/** A command to copy. */
export function CommandLine({ command, name }: CommandLineProps) {
  return (
    <div className="pw-command">
      <code tabIndex={0} role="region" aria-label={`Command to ${name}`}>
        {command}
      </code>
      <CopyToClipboard
        variant="icon"
        textToCopy={command}
        copyButtonAriaLabel={`Copy the command to ${name}`}
        copySuccessText="Copied"
        copyErrorText="The browser did not allow copying"
      />
    </div>
  );
}

/** An AWS CLI line against this server; works with every version of the CLI. */
export function awsCommand(command: string): string {
  return `aws --endpoint-url ${location.origin} ${command}`;
}
