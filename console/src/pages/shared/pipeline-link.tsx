import { AppLink } from '../../ui/app-link.tsx';
import { paths } from '../../ui/paths.ts';
import { nameInArn } from './trigger-words.ts';

const PIPELINE = 'codepipeline/';

/** Who started something: `codepipeline/NAME` leads to the pipeline. */
export function PipelineLink({ initiator }: { readonly initiator: string | undefined }) {
  if (initiator === undefined) return <>–</>;
  if (!initiator.startsWith(PIPELINE)) return <>{nameInArn(initiator)}</>;
  const name = initiator.slice(PIPELINE.length);
  return <AppLink to={paths.pipeline(name)}>Pipeline {name}</AppLink>;
}
