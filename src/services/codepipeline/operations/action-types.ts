import type { ActionType, ListActionTypesInput, ListActionTypesOutput } from '@aws-sdk/client-codepipeline';
import { operation, type ServiceOperations } from '../../../wire/operation.ts';
import type { ActionTypeSpec } from '../model/action-type.ts';
import type { CodePipelineParts } from '../parts.ts';
import { readToken } from './paging.ts';

/** `ListActionTypes`: what is built. One page holds them all. */
export function actionTypeOperations({ types }: CodePipelineParts): ServiceOperations {
  return {
    ListActionTypes: operation<ListActionTypesInput, ListActionTypesOutput>({
      mutates: false,
      handler: async (input) => {
        if (input.nextToken !== undefined) readToken('action-types', input.nextToken, ['number']);
        const owner = input.actionOwnerFilter;
        return {
          actionTypes: types.filter((type) => owner === undefined || type.id.owner === owner).map(actionType),
        };
      },
    }),
  };
}

function actionType(type: ActionTypeSpec): ActionType {
  return {
    id: type.id as ActionType['id'],
    settings: {},
    actionConfigurationProperties: type.configuration.map((key) => ({
      name: key.name,
      required: key.required ?? false,
      key: true,
      secret: false,
      queryable: false,
      description: key.description,
      type: key.type ?? 'String',
    })),
    inputArtifactDetails: { minimumCount: type.inputs.min, maximumCount: type.inputs.max },
    outputArtifactDetails: { minimumCount: type.outputs.min, maximumCount: type.outputs.max },
  };
}
