import { type ActionTypeSpec, DAY } from '../model/action-type.ts';
import type { ActionProvider } from './provider.ts';

export const MANUAL_APPROVAL: ActionTypeSpec = {
  id: { category: 'Approval', owner: 'AWS', provider: 'Manual', version: '1' },
  configuration: [
    { name: 'NotificationArn', description: 'The topic that is told' },
    { name: 'CustomData', description: 'Shown to the reviewer' },
    { name: 'ExternalEntityLink', description: 'What is to be reviewed' },
  ],
  inputs: { min: 0, max: 0 },
  outputs: { min: 0, max: 0 },
  timeoutMs: 7 * DAY,
};

/** Waits for a person's answer (B6). The engine keeps token and expiry; nothing runs elsewhere. */
export function manualApproval(): ActionProvider {
  return {
    spec: MANUAL_APPROVAL,
    async start(job) {
      const link = job.configuration['ExternalEntityLink'];
      return {
        kind: 'approval',
        externalId: job.key,
        ...(link === undefined ? {} : { externalUrl: link }),
      };
    },
    async stop() {},
  };
}
