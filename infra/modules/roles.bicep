metadata description = 'Who may do what: every role of the two programs on resources of this group. The one on Communication Services is in communication-role.bicep, because that resource may be in another group; that of Event Grid on its dead letters is in event-grid.bicep.'

param functionsPrincipalId string
param bridgePrincipalId string

@description('Identity of Communication Services, for its own voice; empty: it has none, and the failure message is mute.')
param communicationPrincipalId string

param callsStorageName string
param hostStorageName string
param vaultName string
param registryName string
param insightsName string
param speechNames array
param openAiNames array

// Built-in roles, by the ids that Azure publishes.
var role = {
  acrPull: '7f951dda-4ed3-4680-a7ca-43fe172d538d'
  blobDataContributor: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
  blobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  cognitiveServicesUser: 'a97b65f3-24c7-4388-baec-2e87135dc908'
  metricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb'
  openAiUser: '5e0bd9bd-7b93-4f28-af87-19fc36ad61bd'
  queueDataContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  secretsUser: '4633458b-17de-408a-b874-0445c86b69e6'
  speechUser: 'f2dc8367-1007-4938-bd23-fe263f013447'
  tableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
}

resource callsStorage 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: callsStorageName
}

resource hostStorage 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: hostStorageName
}

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' existing = {
  name: vaultName
}

resource registry 'Microsoft.ContainerRegistry/registries@2023-07-01' existing = {
  name: registryName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource speech 'Microsoft.CognitiveServices/accounts@2024-10-01' existing = [for name in speechNames: { name: name }]

resource openAi 'Microsoft.CognitiveServices/accounts@2024-10-01' existing = [for name in openAiNames: { name: name }]

// Calls, sessions, admission and what outgrows a row.
var callsGrants = [
  { principalId: functionsPrincipalId, roleId: role.tableDataContributor }
  { principalId: functionsPrincipalId, roleId: role.blobDataContributor }
  { principalId: bridgePrincipalId, roleId: role.tableDataContributor }
  { principalId: bridgePrincipalId, roleId: role.blobDataContributor }
]

resource onCalls 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for grant in callsGrants: {
    scope: callsStorage
    name: guid(callsStorage.id, grant.principalId, grant.roleId)
    properties: {
      principalId: grant.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', grant.roleId)
    }
  }
]

// What the Functions host asks of its own storage, and the watchdog's queue.
resource onHost 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for roleId in [role.blobDataOwner, role.queueDataContributor, role.tableDataContributor]: {
    scope: hostStorage
    name: guid(hostStorage.id, functionsPrincipalId, roleId)
    properties: {
      principalId: functionsPrincipalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleId)
    }
  }
]

resource onVault 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principalId in [functionsPrincipalId, bridgePrincipalId]: {
    scope: vault
    name: guid(vault.id, principalId, role.secretsUser)
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.secretsUser)
    }
  }
]

resource onInsights 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principalId in [functionsPrincipalId, bridgePrincipalId]: {
    scope: insights
    name: guid(insights.id, principalId, role.metricsPublisher)
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.metricsPublisher)
    }
  }
]

resource onRegistry 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: registry
  name: guid(registry.id, bridgePrincipalId, role.acrPull)
  properties: {
    principalId: bridgePrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.acrPull)
  }
}

resource onSpeech 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (name, index) in speechNames: {
    scope: speech[index]
    name: guid(resourceId('Microsoft.CognitiveServices/accounts', name), bridgePrincipalId, role.speechUser)
    properties: {
      principalId: bridgePrincipalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.speechUser)
    }
  }
]

// Only the first region: it is the one Communication Services is told of.
resource voiceOfCommunication 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(communicationPrincipalId)) {
  scope: speech[0]
  name: guid(resourceId('Microsoft.CognitiveServices/accounts', speechNames[0]), 'communication', role.cognitiveServicesUser)
  properties: {
    principalId: communicationPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.cognitiveServicesUser)
  }
}

resource onOpenAi 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (name, index) in openAiNames: {
    scope: openAi[index]
    name: guid(resourceId('Microsoft.CognitiveServices/accounts', name), bridgePrincipalId, role.openAiUser)
    properties: {
      principalId: bridgePrincipalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.openAiUser)
    }
  }
]
