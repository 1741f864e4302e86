/** Keys of the tasks of a build, unique within its account and region. */
export const taskKey = (
  id: string,
  work: 'prepare' | 'cancel' | 'collect' | 'cleanup' | 'dispatch' | 'retry' | 'deadline' | 'queue-limit',
) => `codebuild/${id}/${work}`;
