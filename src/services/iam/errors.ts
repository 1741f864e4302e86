import { ApiError } from '../../kernel/errors.ts';

/** IAM's errors in AWS's words. */
export const iamErrors = {
  noSuch: (message: string) => new ApiError('NoSuchEntityException', message, { status: 404 }),
  exists: (message: string) => new ApiError('EntityAlreadyExistsException', message, { status: 409 }),
  conflict: (message: string) => new ApiError('DeleteConflictException', message, { status: 409 }),
  limit: (message: string) => new ApiError('LimitExceededException', message, { status: 409 }),
  malformedPolicy: (message: string) => new ApiError('MalformedPolicyDocumentException', message),
  invalidInput: (message: string) => new ApiError('InvalidInputException', message),
  validation: (message: string) => new ApiError('ValidationError', message),
};
