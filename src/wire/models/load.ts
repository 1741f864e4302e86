import type { CompactModel, CompactOperation } from './compact.ts';
import { entries, loaders } from './generated/index.ts';
import { linkShapes } from './link.ts';
import { createRouter } from './router.ts';
import type { ErrorModel, OperationModel, ServiceModel } from './service-model.ts';
import type { Shape, StructureShape } from './shape.ts';

const loading = new Map<string, Promise<ServiceModel>>();

/** The model of a service, read and linked on its first use. Rejects for an unknown id. */
export function loadServiceModel(id: string): Promise<ServiceModel> {
  let model = loading.get(id);
  if (model === undefined) {
    model = read(id);
    loading.set(id, model);
  }
  return model;
}

async function read(id: string): Promise<ServiceModel> {
  const load = loaders[id];
  if (load === undefined || !entries.some((entry) => entry.id === id)) throw new Error(`no model of ${id}`);
  return linkModel((await load()).default as CompactModel);
}

/** Turns the committed form into the linked one. */
export function linkModel(compact: CompactModel): ServiceModel {
  const shapeOf = linkShapes(compact.shapes);
  const operations = new Map<string, OperationModel>();
  const deprecated = new Set<string>();
  for (const [name, operation] of Object.entries(compact.operations)) {
    operations.set(name, linkOperation(name, operation, compact.index.iamPrefix, shapeOf));
    if (operation.deprecated) deprecated.add(name);
  }
  const errors = linkErrors(compact, shapeOf);
  const rest = compact.index.protocols.some((protocol) => protocol.startsWith('rest-'));
  const route = rest ? createRouter(operations, deprecated) : undefined;
  return {
    ...compact.index,
    operations,
    xmlNamespace: compact.xmlNamespace,
    error: (name) => errors.get(name),
    route: (method, rawPath, rawQuery, headers) => route?.(method, rawPath, rawQuery, headers),
    shape: (name) => (Object.hasOwn(compact.shapes, name) ? shapeOf(name) : undefined),
  };
}

function linkOperation(
  name: string,
  compact: CompactOperation,
  iamPrefix: string,
  shapeOf: (ref: string) => Shape,
): OperationModel {
  const structure = (ref: string | undefined) =>
    ref === undefined ? undefined : (shapeOf(ref) as StructureShape);
  const input = structure(compact.in);
  const output = structure(compact.out);
  return {
    name,
    http: {
      method: compact.m ?? 'POST',
      requestUri: compact.u ?? '/',
      responseCode: compact.c ?? 200,
    },
    input,
    inputRoot:
      compact.root === undefined ? undefined : { name: compact.root, namespace: compact.rootNamespace },
    output,
    resultWrapper: compact.wrapper,
    errors: compact.errors ?? [],
    idempotencyToken: input?.members.find((member) => member.idempotencyToken)?.name,
    streamingInput: input?.members.find(isStream)?.name,
    streamingOutput: output?.members.find(isStream)?.name,
    eventStreamOutput: output?.members.find(({ shape }) => shape.kind === 'structure' && shape.eventStream)
      ?.name,
    unsigned: compact.unsigned ?? false,
    unsignedPayload: compact.unsignedPayload ?? false,
    hostPrefix: compact.hostPrefix,
    documentedIamAction: compact.iam ?? `${iamPrefix}:${name}`,
  };
}

function isStream({ shape }: { readonly shape: Shape }): boolean {
  return shape.kind === 'blob' && shape.streaming;
}

function linkErrors(compact: CompactModel, shapeOf: (ref: string) => Shape): Map<string, ErrorModel> {
  const errors = new Map<string, ErrorModel>();
  const codes: ErrorModel[] = [];
  for (const [name, shape] of Object.entries(compact.shapes)) {
    if (shape.t !== 'structure' || shape.err === undefined) continue;
    const error: ErrorModel = {
      name,
      httpStatus: shape.err.status,
      senderFault: shape.err.sender,
      code: shape.err.code ?? name,
      shape: shapeOf(name) as StructureShape,
    };
    errors.set(name, error);
    codes.push(error);
  }
  // Names win over codes: the code of one exception may be the name of another.
  for (const error of codes) if (!errors.has(error.code)) errors.set(error.code, error);
  return errors;
}
