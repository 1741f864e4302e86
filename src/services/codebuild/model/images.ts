/**
 * Images (C2.1, design "Images"). The names of AWS's curated images, old ones too, run on the default sandbox with the
 * tools of this machine; any other name would have to be pulled, which no driver here can.
 */
export type ImageVerdict =
  | { readonly kind: 'substituted'; readonly note: string }
  | { readonly kind: 'refused'; readonly message: string };

const CURATED = /^aws\/codebuild\/[A-Za-z0-9._-]+(:[A-Za-z0-9._-]+)?$/;
const OLD_NAMES = /^(AMAZON_LINUX|UBUNTU)[A-Z0-9_]*$/;

export function judgeImage(image: string, environmentType: string): ImageVerdict {
  if (/WINDOWS|MAC/.test(environmentType) || /^aws\/codebuild\/(windows|mac)/.test(image)) {
    return refuse(
      `The environment type ${environmentType} with the image ${image} needs a machine of that kind`,
    );
  }
  if (!CURATED.test(image) && !OLD_NAMES.test(image)) {
    return refuse(
      `The image ${image} cannot be run: this server has no driver that pulls images. ` +
        'Use one of the curated images, for example aws/codebuild/standard:7.0',
    );
  }
  return {
    kind: 'substituted',
    note: `The image ${image} is substituted by the sandbox of this server: builds use the tools of this machine.`,
  };
}

function refuse(message: string): ImageVerdict {
  return { kind: 'refused', message };
}

/** What `ListCuratedEnvironmentImages` shows. */
export const CURATED_IMAGES = [
  {
    platform: 'AMAZON_LINUX',
    names: [
      ['aws/codebuild/amazonlinux-x86_64-standard:5.0', 'AWS CodeBuild - Amazon Linux 2023 x86_64'],
      ['aws/codebuild/amazonlinux-aarch64-standard:3.0', 'AWS CodeBuild - Amazon Linux 2023 aarch64'],
      ['aws/codebuild/amazonlinux2-x86_64-standard:5.0', 'AWS CodeBuild - Amazon Linux 2 x86_64'],
      ['aws/codebuild/amazonlinux2-aarch64-standard:3.0', 'AWS CodeBuild - Amazon Linux 2 aarch64'],
    ],
  },
  {
    platform: 'UBUNTU',
    names: [
      ['aws/codebuild/standard:7.0', 'AWS CodeBuild - Docker image for Ubuntu 22.04'],
      ['aws/codebuild/standard:6.0', 'AWS CodeBuild - Docker image for Ubuntu 22.04'],
      ['aws/codebuild/standard:5.0', 'AWS CodeBuild - Docker image for Ubuntu 20.04'],
    ],
  },
] as const;

const GIB = 2 ** 30;

/** Memory of the compute types, in bytes; sizes are limits (C2.3). */
const MEMORY: Readonly<Record<string, number>> = {
  BUILD_GENERAL1_SMALL: 4 * GIB,
  BUILD_GENERAL1_MEDIUM: 8 * GIB,
  BUILD_GENERAL1_LARGE: 16 * GIB,
  BUILD_GENERAL1_XLARGE: 72 * GIB,
  BUILD_GENERAL1_2XLARGE: 144 * GIB,
  BUILD_LAMBDA_1GB: GIB,
  BUILD_LAMBDA_2GB: 2 * GIB,
  BUILD_LAMBDA_4GB: 4 * GIB,
  BUILD_LAMBDA_8GB: 8 * GIB,
  BUILD_LAMBDA_10GB: 10 * GIB,
};

export function memoryOf(computeType: string): number {
  return MEMORY[computeType] ?? 8 * GIB;
}
