import { loadConfig } from '../../src/kernel/config/load.ts';
import { retentionPeriods } from '../../src/kernel/config/retention.ts';

/** How long everything is kept when no setting says otherwise. */
export const standardPeriods = () =>
  retentionPeriods(loadConfig({ flags: { dataDir: '/nonexistent' }, env: {} }));
