import type { TargetInput } from '../target/inputs.ts';
import type { BundleDigest, DeploymentError, DeploymentHost, DeploymentPlan } from './state.ts';

export type DeploymentInput =
  | {
      readonly kind: 'create';
      readonly plan: DeploymentPlan;
      /** In the order they are to be deployed. */
      readonly hosts: readonly DeploymentHost[];
      /** Said when there is no host. */
      readonly selection: string;
    }
  | { readonly kind: 'inspected'; readonly bundle: BundleDigest }
  | { readonly kind: 'unusable'; readonly error: DeploymentError }
  /** From a target, once. */
  | {
      readonly kind: 'target-ended';
      readonly host: string;
      readonly status: 'Succeeded' | 'Failed' | 'Skipped';
      readonly message: string;
    }
  /** Asked by somebody; `rollback` overrides the group's own setting. */
  | { readonly kind: 'stop'; readonly rollback: boolean | undefined }
  | { readonly kind: 'time-out' }
  /** For a target: goes through its deployment so that rows are locked in one order (deployment before target). */
  | { readonly kind: 'relay'; readonly host: string; readonly input: TargetInput };
