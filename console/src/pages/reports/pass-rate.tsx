import './pass-rate.css';
import type { TestReportSummary } from '@aws-sdk/client-codebuild';

/** How many of the tests passed: a bar and the words for it. */
export function PassRate({ of }: { readonly of: TestReportSummary | undefined }) {
  const total = of?.total ?? 0;
  if (total === 0) return <>–</>;
  const counts = of?.statusCounts ?? {};
  const failed = (counts['FAILED'] ?? 0) + (counts['ERROR'] ?? 0);
  const percent = ((100 * (counts['SUCCEEDED'] ?? 0)) / total).toFixed(1);
  return (
    <span className="pw-rate">
      <span className="pw-rate-track" aria-hidden="true" data-failed={failed > 0}>
        <span style={{ inlineSize: `${percent}%` }} />
      </span>
      {percent} %
    </span>
  );
}
