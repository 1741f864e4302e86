import type { ErrorModel, OperationModel, ServiceModel } from '../models/service-model.ts';
import type { WireError } from './port.ts';

/** The modelled exception that an error names, if the service has it. */
export function modelOf(service: ServiceModel, error: WireError): ErrorModel | undefined {
  return service.error(error.code);
}

/** The model's own status wins. */
export function statusOf(service: ServiceModel, error: WireError): number {
  return modelOf(service, error)?.httpStatus ?? error.status;
}

/** Name of the member that carries the message: the model's spelling, else `message`. */
export function messageMember(model: ErrorModel | undefined): string {
  return model?.shape.members.find(({ name }) => name.toLowerCase() === 'message')?.name ?? 'message';
}

/** The error's members with its message among them, by member name. */
export function errorMembers(model: ErrorModel | undefined, error: WireError): Record<string, unknown> {
  return { ...error.members, [messageMember(model)]: error.message };
}

/** `Code;Sender`, for clients that knew the service by the query protocol. */
export function queryErrorHeader(service: ServiceModel, error: WireError): Record<string, string> {
  if (!service.queryCompatible) return {};
  const model = modelOf(service, error);
  const sender = model?.senderFault ?? error.senderFault;
  return { 'x-amzn-query-error': `${model?.code ?? error.code};${sender ? 'Sender' : 'Receiver'}` };
}

/** An output that may be left out by a handler of an operation without one. */
export function outputRecord(operation: OperationModel, output: unknown): Record<string, unknown> {
  if (output === undefined || output === null) return {};
  if (typeof output !== 'object') throw new TypeError(`${operation.name} answered ${typeof output}`);
  return output as Record<string, unknown>;
}
