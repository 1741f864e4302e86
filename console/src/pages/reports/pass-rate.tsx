import './pass-rate.css';
import type { TestReportSummary } from '@aws-sdk/client-codebuild';

/** How many of the tests passed: a bar and the words for it. */
export function PassRate({ of }: { readonly of: TestReportSummary | undefined }) {
  const total = of?.total ?? 0;
  if (total === 0) return <>–</>;
  const passed = of?.statusCounts?.['SUCCEEDED'] ?? 0;
  // All but one of ten thousand is not all of them.
  const percent = Math.floor((1_000 * passed) / total) / 10;
  return (
    <span className="pw-rate">
      <span className="pw-rate-track" aria-hidden="true" data-all={passed === total}>
        <span style={{ inlineSize: `${percent}%` }} />
      </span>
      {percent} %
    </span>
  );
}
