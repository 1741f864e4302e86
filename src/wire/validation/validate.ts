import { ApiError } from '../../kernel/errors.ts';
import type { OperationModel, ServiceModel } from '../models/service-model.ts';
import { type Violation, violationsOf } from './constraints.ts';

/**
 * Checks a decoded input against every constraint of its model. Throws one `ApiError` (400) that lists all violations
 * in AWS's words: `2 validation errors detected: Value 'x' at 'pipeline.name' failed to satisfy constraint: Member must
 * …; Value null at …`.
 */
export function validate(service: ServiceModel, operation: OperationModel, input: unknown): void {
  if (operation.input === undefined) return;
  const violations = violationsOf(operation.input, input);
  if (violations.length === 0) return;
  // In S3 only what stands in the XML body lies below something else.
  const inXml = service.id === 's3' && violations.some(({ path }) => path.includes('.'));
  const name = inXml ? 'MalformedXML' : validationErrorName(service);
  throw new ApiError(name, describe(violations), { status: 400 });
}

function describe(violations: readonly Violation[]): string {
  const count = violations.length === 1 ? '1 validation error' : `${violations.length} validation errors`;
  const sentences = violations.map(({ path, value, constraint }) => {
    const subject = value === undefined ? 'Value' : `Value ${value}`;
    return `${subject} at '${path}' failed to satisfy constraint: ${constraint}`;
  });
  return `${count} detected: ${sentences.join('; ')}`;
}

/** Services that answer constraint violations by a name of their own. */
const ownNames: Readonly<Record<string, string>> = {
  apigatewayv2: 'BadRequestException',
  ecr: 'InvalidParameterException',
  ecs: 'InvalidParameterException',
  logs: 'InvalidParameterException',
  s3: 'InvalidArgument',
  sns: 'InvalidParameter',
};

/** Name of the error that a service gives for input that breaks its model. */
export function validationErrorName(service: ServiceModel): string {
  const own = ownNames[service.id];
  if (own !== undefined) return own;
  if (service.error('ValidationException') !== undefined) return 'ValidationException';
  return service.protocols.includes('query') ? 'ValidationError' : 'ValidationException';
}
