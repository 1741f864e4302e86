import { ApiError } from '../../../kernel/errors.ts';
import type { BuildRequest } from '../model/request.ts';
import type { CodeBuildParts } from '../parts.ts';
import { BuildFailure } from './failure.ts';

const HOUR_SECONDS = 3_600;
const LONGEST_SECONDS = 12 * HOUR_SECONDS;

/**
 * Temporary credentials of the project's service role (C1.13), for as long as the build may take where the role allows
 * that, else for an hour.
 */
export async function assumeRole(
  parts: CodeBuildParts,
  request: BuildRequest,
  place: { readonly projectArn: string; readonly uuid: string },
): Promise<{ readonly variables: Readonly<Record<string, string>>; readonly masks: readonly string[] }> {
  const assume = (durationSeconds: number) =>
    parts.deps.iam.assumeServiceRole({
      roleArn: request.serviceRole,
      service: 'codebuild.amazonaws.com',
      sourceArn: place.projectArn,
      sessionName: `AWSCodeBuild-${place.uuid}`,
      durationSeconds,
    });
  const needed = request.timeoutMinutes * 60;
  const wanted = needed <= HOUR_SECONDS ? HOUR_SECONDS : Math.min(LONGEST_SECONDS, needed + 300);
  try {
    const credentials = await assume(wanted).catch((error: unknown) => {
      if (wanted > HOUR_SECONDS && error instanceof ApiError && /duration/i.test(error.message)) {
        return assume(HOUR_SECONDS);
      }
      throw error;
    });
    return {
      variables: {
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        AWS_SESSION_TOKEN: credentials.sessionToken,
      },
      masks: [credentials.secretAccessKey, credentials.sessionToken],
    };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new BuildFailure(
      'ACCESS_DENIED',
      `CodeBuild is not authorized to perform: sts:AssumeRole on ${request.serviceRole}: ${error.message}`,
    );
  }
}
