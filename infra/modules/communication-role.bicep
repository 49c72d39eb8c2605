metadata description = 'Answering, transferring and hanging up by identity, for both programs. Deployed to the resource group of the Communication Services resource.'

param communicationServiceName string
param principalIds array

// Communication and Email Service Owner: the narrowest built-in role with which Call Automation can be called.
var owner = '09976791-48a7-449e-bb21-39d1a415f350'

resource service 'Microsoft.Communication/communicationServices@2023-04-01' existing = {
  name: communicationServiceName
}

resource grants 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principalId in principalIds: {
    scope: service
    name: guid(service.id, principalId, owner)
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', owner)
    }
  }
]
