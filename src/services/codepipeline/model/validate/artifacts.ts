import { suggest } from '../../../../pure/suggest.ts';
import type { ActionDefinition, PipelineDefinition } from '../definition.ts';
import { brokenReferencesIn, RESERVED_NAMESPACES, referencesIn } from '../variables.ts';
import { ARTIFACT_HINT, isArtifactName } from './names.ts';
import type { Report } from './problem.ts';

interface Place {
  readonly action: ActionDefinition;
  readonly stage: number;
  readonly path: readonly (string | number)[];
}

/** What flows between actions: artifacts and variables may only be used after they were made (B1.4, B2.1). */
export function checkFlow(definition: PipelineDefinition, report: Report): void {
  const places = definition.stages.flatMap((stage, n) =>
    stage.actions.map((action, i): Place => ({ action, stage: n, path: ['stages', n, 'actions', i] })),
  );
  const artifacts = checkOutputs(places, report);
  checkInputs(places, artifacts, report);
  const namespaces = checkNamespaces(places, artifacts, report);
  checkReferences(definition, places, namespaces, report);
}

function isBefore(first: Place, second: Place): boolean {
  if (first.stage !== second.stage) return first.stage < second.stage;
  return (first.action.runOrder ?? 1) < (second.action.runOrder ?? 1);
}

function checkOutputs(places: readonly Place[], report: Report): Map<string, Place> {
  const producers = new Map<string, Place>();
  for (const place of places) {
    for (const [n, { name }] of (place.action.outputArtifacts ?? []).entries()) {
      const path = [...place.path, 'outputArtifacts', n, 'name'];
      if (!isArtifactName(name)) {
        report({ kind: 'action', path, message: `'${name}' is not an artifact name`, hint: ARTIFACT_HINT });
      }
      const other = producers.get(name);
      if (other) {
        report({
          kind: 'structure',
          path,
          message: `Output Artifact name must be unique within the pipeline. '${name}' is an output of '${other.action.name}' and of '${place.action.name}'`,
        });
      } else producers.set(name, place);
    }
  }
  return producers;
}

function checkInputs(places: readonly Place[], producers: ReadonlyMap<string, Place>, report: Report): void {
  for (const place of places) {
    const seen = new Set<string>();
    for (const [n, { name }] of (place.action.inputArtifacts ?? []).entries()) {
      const path = [...place.path, 'inputArtifacts', n, 'name'];
      const producer = producers.get(name);
      if (seen.has(name)) {
        report({
          kind: 'action',
          path,
          message: `Action '${place.action.name}' names the input artifact '${name}' twice`,
        });
      }
      seen.add(name);
      if (!producer) {
        report({
          kind: 'structure',
          path,
          message: `Input Artifact Bundle '${name}' in action '${place.action.name}' is not produced by any action of the pipeline`,
          ...didYouMean(name, [...producers.keys()]),
        });
      } else if (!isBefore(producer, place)) {
        report({
          kind: 'structure',
          path,
          message: `Input Artifact '${name}' of action '${place.action.name}' is produced by '${producer.action.name}', which does not run before it`,
        });
      } else if (isClone(producer.action) && place.action.actionTypeId.provider !== 'CodeBuild') {
        report({
          kind: 'action',
          path,
          message: `Input Artifact '${name}' of action '${place.action.name}' is a full clone, which only CodeBuild actions can use`,
          hint: `OutputArtifactFormat CODE_ZIP of '${producer.action.name}'`,
        });
      }
    }
  }
}

function isClone(action: ActionDefinition): boolean {
  return action.configuration?.['OutputArtifactFormat'] === 'CODEBUILD_CLONE_REF';
}

function checkNamespaces(
  places: readonly Place[],
  artifacts: ReadonlyMap<string, Place>,
  report: Report,
): Map<string, Place> {
  const producers = new Map<string, Place>();
  for (const place of places) {
    const { namespace } = place.action;
    if (namespace === undefined) continue;
    const wrong = (message: string) =>
      report({ kind: 'action', path: [...place.path, 'namespace'], message });
    if (RESERVED_NAMESPACES.includes(namespace)) wrong(`Namespace '${namespace}' is reserved`);
    if (producers.has(namespace)) wrong(`Namespace '${namespace}' must be unique within the pipeline`);
    if (artifacts.has(namespace)) wrong(`Namespace '${namespace}' is also the name of an artifact`);
    producers.set(namespace, place);
  }
  return producers;
}

function checkReferences(
  definition: PipelineDefinition,
  places: readonly Place[],
  producers: ReadonlyMap<string, Place>,
  report: Report,
): void {
  const variables = new Set((definition.variables ?? []).map((variable) => variable.name));
  for (const place of places) {
    for (const [key, value] of Object.entries(place.action.configuration ?? {})) {
      const wrong = (message: string, hint = {}) =>
        report({ kind: 'action', path: [...place.path, 'configuration', key], message, ...hint });
      for (const text of brokenReferencesIn(value)) {
        wrong(`'${text}' in action '${place.action.name}' is no reference to a variable`, {
          hint: '#{namespace.key}',
        });
      }
      for (const reference of referencesIn(value)) {
        if (reference.namespace === 'codepipeline') continue;
        if (reference.namespace === 'variables') {
          if (!variables.has(reference.key)) {
            wrong(
              `${reference.text} in action '${place.action.name}': the pipeline declares no such variable`,
              didYouMean(reference.key, [...variables]),
            );
          }
          continue;
        }
        const producer = producers.get(reference.namespace);
        if (!producer) {
          wrong(
            `${reference.text} in action '${place.action.name}': no action has this namespace`,
            didYouMean(reference.namespace, [...producers.keys(), 'variables', 'codepipeline']),
          );
        } else if (!isBefore(producer, place)) {
          wrong(
            `${reference.text} in action '${place.action.name}': action '${producer.action.name}' does not run before it`,
          );
        }
      }
    }
  }
}

function didYouMean(name: string, candidates: readonly string[]): { hint?: string } {
  const near = suggest(name, candidates);
  return near === undefined ? {} : { hint: `did you mean '${near}'?` };
}
