import type { Tx } from '../../kernel/database/port.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Scope } from '../../kernel/scope.ts';

type Bell = Pick<Kernel, 'changes'>;

/** Tells whoever shows a project to read it again. Builds announce themselves by their transitions. */
export function announceProject({ changes }: Bell, tx: Tx, scope: Scope, name: string): void {
  changes.publish(tx, { topic: 'codebuild.project', id: name, scope, sequence: 0 });
}

/** The same for a report group and its reports. */
export function announceReportGroup({ changes }: Bell, tx: Tx, scope: Scope, name: string): void {
  changes.publish(tx, { topic: 'codebuild.report-group', id: name, scope, sequence: 0 });
}
