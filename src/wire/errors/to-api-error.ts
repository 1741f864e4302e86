import { ApiError, DefinitionError } from '../../kernel/errors.ts';
import type { WireError } from '../codecs/port.ts';
import type { OperationModel, ServiceModel } from '../models/service-model.ts';
import { SignatureError } from '../sigv4/signature-error.ts';
import { validationErrorName } from '../validation/validate.ts';
import type { ErrorFamily } from './family.ts';
import { signatureApiError } from './signature-errors.ts';

/** What is known of a request when it fails. */
export interface ErrorPlace {
  readonly family: ErrorFamily;
  readonly service: ServiceModel | undefined;
  readonly operation: OperationModel | undefined;
}

/** The error as a client may see it; undefined for a fault of ours, which nobody may. */
export function toApiError(error: unknown, place: ErrorPlace): ApiError | undefined {
  if (error instanceof ApiError) return error;
  if (error instanceof SignatureError) return signatureApiError(error, place.family);
  if (error instanceof DefinitionError)
    return new ApiError(definitionErrorName(place), error.message, { cause: error });
  return undefined;
}

/** Names under which services refuse a bad definition, the most telling first. */
const VALIDATION_NAMES = [
  'ValidationException',
  'ValidationError',
  'InvalidStructureException',
  'InvalidInputException',
  'InvalidTemplateException',
  'InvalidParameterException',
  'InvalidParameterValueException',
  'InvalidRequestException',
  'InvalidParameter',
  'InvalidParameterValue',
  'InvalidInput',
];

/** The service's own validation error: one the operation lists before the one the service uses otherwise. */
export function definitionErrorName({ family, service, operation }: ErrorPlace): string {
  const listed = VALIDATION_NAMES.find((name) => operation?.errors.includes(name));
  if (listed !== undefined) return listed;
  if (service !== undefined) return validationErrorName(service);
  return family === 'query' ? 'ValidationError' : 'ValidationException';
}

/** Ready for a codec. The model's status wins over the one thrown. */
export function toWireError(error: ApiError, service: ServiceModel): WireError {
  const model = service.error(error.code);
  const status = model?.httpStatus ?? error.status;
  return {
    code: error.code,
    message: error.message,
    status,
    members: error.members,
    senderFault: model?.senderFault ?? status < 500,
  };
}
