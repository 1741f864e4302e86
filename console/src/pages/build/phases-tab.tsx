import type { BuildPhase } from '@aws-sdk/client-codebuild';
import type { TableProps } from '@cloudscape-design/components/table';
import { DataTable } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Elapsed, Moment } from '../../ui/moment.tsx';
import { Status } from '../../ui/status.tsx';
import { reasonsOf } from './failed-phases.tsx';
import { phaseInWords } from './phase-words.ts';

const COLUMNS: TableProps.ColumnDefinition<BuildPhase>[] = [
  {
    id: 'phase',
    header: 'Phase',
    isRowHeader: true,
    minWidth: 140,
    cell: (phase) => phaseInWords(phase.phaseType),
  },
  {
    id: 'status',
    header: 'Status',
    minWidth: 120,
    cell: (phase) =>
      phase.phaseType === 'COMPLETED' ? (
        <Status of="Succeeded" words="Over" />
      ) : (
        <Status of={phase.phaseStatus} />
      ),
  },
  {
    id: 'took',
    header: 'Took',
    minWidth: 100,
    cell: (phase) => (
      <Elapsed
        from={phase.startTime}
        to={phase.phaseType === 'COMPLETED' ? phase.startTime : phase.endTime}
      />
    ),
  },
  { id: 'started', header: 'Started', minWidth: 130, cell: (phase) => <Moment at={phase.startTime} /> },
  {
    id: 'reason',
    header: 'What happened',
    minWidth: 260,
    cell: (phase) => reasonsOf(phase).join(' ') || '–',
  },
];

/** Each phase and how long it took. */
export function PhasesTab({ of }: { readonly of: readonly BuildPhase[] }) {
  return (
    <DataTable
      title="Phases"
      source={{ items: of, error: null, retry: () => undefined }}
      columns={COLUMNS}
      trackBy={(phase) => phase.phaseType ?? ''}
      textOf={(phase) => phaseInWords(phase.phaseType)}
      empty={<EmptyState title="No phases yet">The first one starts when the build is taken up.</EmptyState>}
    />
  );
}
