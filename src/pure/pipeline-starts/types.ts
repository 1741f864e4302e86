/** A pipeline's definition, as far as it says what starts it: what the API answers fits. */
export interface StartedPipeline {
  readonly stages?: readonly { readonly actions?: readonly StartedAction[] | undefined }[] | undefined;
  readonly variables?:
    | readonly { readonly name?: string | undefined; readonly defaultValue?: string | undefined }[]
    | undefined;
}

export interface StartedAction {
  readonly name?: string | undefined;
  readonly actionTypeId?: { readonly provider?: string | undefined } | undefined;
  readonly configuration?: Readonly<Record<string, string>> | undefined;
  readonly region?: string | undefined;
  readonly roleArn?: string | undefined;
}

/** A rule of an event bus that names the pipeline as a target: what `DescribeRule` answers fits. */
export interface StartRule {
  readonly Name?: string | undefined;
  readonly EventBusName?: string | undefined;
  readonly State?: string | undefined;
  readonly EventPattern?: string | undefined;
  readonly ScheduleExpression?: string | undefined;
}

/**
 * `starts`: this starts it. `perhaps`: it does for some events. `quiet`: one may expect it to, and it does not.
 * `warning`: it does, and not as one would wish.
 */
export type StartTone = 'starts' | 'perhaps' | 'quiet' | 'warning';

export interface StartLine {
  readonly tone: StartTone;
  readonly text: string;
}
