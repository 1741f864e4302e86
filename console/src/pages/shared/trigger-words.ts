import type { ExecutionTrigger } from '@aws-sdk/client-codepipeline';

/** Who or what started an execution, in words. */
export function triggerInWords(trigger: ExecutionTrigger | undefined): string {
  const detail = trigger?.triggerDetail ?? '';
  switch (trigger?.triggerType) {
    case 'CreatePipeline':
      return 'Pipeline was created';
    case 'StartPipelineExecution':
      return detail === '' ? 'Started by hand' : `Started by ${nameInArn(detail)}`;
    case 'PollForSourceChanges':
      return 'Source change found';
    case 'CloudWatchEvent':
      return detail === '' ? 'Event' : `Event rule ${nameInArn(detail)}`;
    case 'Webhook':
    case 'WebhookV2':
      return detail === '' ? 'Push' : `Push, ${detail}`;
    case 'PutActionRevision':
      return 'Custom source revision';
    case 'ManualRollback':
      return detail === '' ? 'Rollback by hand' : `Rollback by hand, ${detail}`;
    case 'AutomatedRollback':
      return 'Automatic rollback';
    default:
      return trigger?.triggerType ?? '–';
  }
}

/** The last part of an ARN, which people know the thing by; anything else stays as it is. */
export function nameInArn(arn: string): string {
  return arn.startsWith('arn:') ? (arn.split(/[:/]/).at(-1) ?? arn) : arn;
}
