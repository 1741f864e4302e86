import { paths } from '../../ui/paths.ts';
import { webAddress } from './revision.ts';

/** Where an action's work is shown. */
export type ActionLink =
  | { readonly kind: 'page'; readonly to: string; readonly text: string }
  | { readonly kind: 'web'; readonly url: string; readonly text: string };

/** The build or deployment that an action runs, or the address that its provider gave. */
export function actionLink(
  provider: string | undefined,
  externalId: string | undefined,
  externalUrl: string | undefined,
): ActionLink | undefined {
  if (provider === 'CodeBuild' && externalId?.includes(':') === true) {
    return { kind: 'page', to: paths.build(externalId), text: 'Build and log' };
  }
  if (
    (provider === 'CodeDeploy' || provider === 'CodeDeployToECS') &&
    externalId?.startsWith('d-') === true
  ) {
    return { kind: 'page', to: paths.deployment(externalId), text: 'Deployment' };
  }
  const url = webAddress(externalUrl);
  return url === undefined ? undefined : { kind: 'web', url, text: 'Details' };
}
