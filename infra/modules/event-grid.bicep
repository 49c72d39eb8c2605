metadata description = 'IncomingCall events to the functions, dead-lettered to the storage of the calls.'

param name string
param tags object
param communicationServiceId string
param functionAppId string
param calledNumbers array
param deadLetterStorageId string
param deadLetterContainer string

@description('Whether the function is there already.')
param subscribe bool

resource topic 'Microsoft.EventGrid/systemTopics@2022-06-15' = {
  name: 'evgt-${name}'
  location: 'global'
  tags: tags
  identity: { type: 'SystemAssigned' }
  properties: {
    source: communicationServiceId
    topicType: 'Microsoft.Communication.CommunicationServices'
  }
}

resource calls 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: last(split(deadLetterStorageId, '/'))
}

// Storage Blob Data Contributor, on the one container.
resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' existing = {
  name: '${calls.name}/default/${deadLetterContainer}'
}

resource mayDeadLetter 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: container
  name: guid(container.id, topic.id, 'dead-letters')
  properties: {
    principalId: topic.identity.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
    )
  }
}

resource incomingCalls 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2022-06-15' = if (subscribe) {
  parent: topic
  name: 'incoming-calls'
  properties: {
    eventDeliverySchema: 'EventGridSchema'
    destination: {
      // Event Grid signs in to the function with the app's own key for it: no address and no key of ours is in the subscription.
      endpointType: 'AzureFunction'
      properties: {
        resourceId: '${functionAppId}/functions/incomingCall'
        maxEventsPerBatch: 1
        preferredBatchSizeInKilobytes: 64
      }
    }
    filter: {
      includedEventTypes: ['Microsoft.Communication.IncomingCall']
      enableAdvancedFilteringOnArrays: true
      advancedFilters: empty(calledNumbers)
        ? []
        : [{ operatorType: 'StringIn', key: 'data.to.phoneNumber.value', values: calledNumbers }]
    }
    // The phone rings for thirty seconds: a later delivery is of no use to anybody.
    retryPolicy: { maxDeliveryAttempts: 2, eventTimeToLiveInMinutes: 1 }
    deadLetterWithResourceIdentity: {
      identity: { type: 'SystemAssigned' }
      deadLetterDestination: {
        endpointType: 'StorageBlob'
        properties: { resourceId: deadLetterStorageId, blobContainerName: deadLetterContainer }
      }
    }
  }
  dependsOn: [mayDeadLetter]
}

output topicId string = topic.id
