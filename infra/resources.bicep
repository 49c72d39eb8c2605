metadata description = 'Everything of one environment, in one resource group.'

param environmentName string
param location string
param tags object
param profile string
param communicationServiceId string
param communicationDataLocation string
param calledNumbers array
param subscribeIncomingCalls bool
param privateNetworking bool
param secondaryLocation string
param chatModel object
param bridgeImage string
param agent string
param deployEdge bool
param edgeSbcAddresses string
param edgeAdminAddresses string
param edgeSshPublicKey string
param alertEmails array
param alertLimits object
param prices object

param telephony string
param teamsResourceAccounts string
param teamsCallQueues string
param edgeUrl string
param edgeResourceId string

param callsNow int

@secure()
param ticketSecret string

@secure()
param loadKey string

@secure()
param edgeAccessKey string

@secure()
param alertWebhook string

var isProduction = profile == 'prod'
// Storage accounts and registries allow no hyphens; a vault's name has 24 characters at most.
var token = take(uniqueString(subscription().id, resourceGroup().id, environmentName), 13)
var hasSecondary = !empty(secondaryLocation)
// The edge needs no Communication Services, and who cannot sign up for it has none.
var isEdge = telephony == 'edge'
var hasOwnService = empty(communicationServiceId)
var serviceIdParts = split(hasOwnService ? '-/-/-/-/-/-/-/-/-' : communicationServiceId, '/')

module monitoring 'modules/monitoring.bicep' = {
  params: {
    name: environmentName
    location: location
    tags: tags
    retentionDays: isProduction ? 90 : 30
  }
}

module identities 'modules/identities.bicep' = {
  params: { name: environmentName, location: location, tags: tags }
}

module storage 'modules/storage.bicep' = {
  params: {
    token: token
    location: location
    tags: tags
    isPrivate: privateNetworking
    isProduction: isProduction
  }
}

module vault 'modules/key-vault.bicep' = {
  params: {
    name: 'kv-${take(environmentName, 7)}-${token}'
    location: location
    tags: tags
    isPrivate: privateNetworking
    isProduction: isProduction
    ticketSecret: ticketSecret
    loadKey: loadKey
    edgeAccessKey: edgeAccessKey
  }
}

module speech 'modules/speech.bicep' = {
  params: {
    name: 'spch-${environmentName}-${token}'
    location: location
    tags: tags
    isPrivate: privateNetworking
  }
}

module speechSecondary 'modules/speech.bicep' = if (hasSecondary) {
  params: {
    name: 'spch2-${environmentName}-${token}'
    location: secondaryLocation
    tags: tags
    isPrivate: privateNetworking
  }
}

module openAi 'modules/openai.bicep' = {
  params: {
    name: 'oai-${environmentName}-${token}'
    location: location
    tags: tags
    isPrivate: privateNetworking
    model: chatModel
  }
}

module openAiSecondary 'modules/openai.bicep' = if (hasSecondary) {
  params: {
    name: 'oai2-${environmentName}-${token}'
    location: secondaryLocation
    tags: tags
    isPrivate: privateNetworking
    model: chatModel
  }
}

module ownService 'modules/communication.bicep' = if (hasOwnService && !isEdge) {
  params: {
    name: 'acs-${environmentName}-${token}'
    tags: tags
    dataLocation: communicationDataLocation
  }
}

module existingService 'modules/communication-existing.bicep' = if (!hasOwnService && !isEdge) {
  // A scope has to be one also where nothing is deployed to it.
  scope: resourceGroup(
    hasOwnService ? subscription().subscriptionId : serviceIdParts[2],
    hasOwnService ? resourceGroup().name : serviceIdParts[4]
  )
  params: { name: serviceIdParts[8] }
}

var secondarySpeechName = hasSecondary ? speechSecondary!.outputs.name : ''
var secondaryOpenAiName = hasSecondary ? openAiSecondary!.outputs.name : ''
var secondaryOpenAiId = hasSecondary ? openAiSecondary!.outputs.id : ''

var serviceId = isEdge ? '' : hasOwnService ? ownService!.outputs.id : existingService!.outputs.id
var serviceName = isEdge ? '' : hasOwnService ? ownService!.outputs.name : existingService!.outputs.name

module communicationRole 'modules/communication-role.bicep' = if (!isEdge) {
  scope: resourceGroup(
    hasOwnService ? subscription().subscriptionId : serviceIdParts[2],
    hasOwnService ? resourceGroup().name : serviceIdParts[4]
  )
  params: {
    communicationServiceName: serviceName
    principalIds: [identities.outputs.functions.principalId, identities.outputs.bridge.principalId]
  }
}

module network 'modules/network.bicep' = if (privateNetworking) {
  params: {
    name: environmentName
    location: location
    tags: tags
    targets: concat(
      [
        { name: 'calls-table', id: storage.outputs.callsId, group: 'table', zone: 'privatelink.table.${az.environment().suffixes.storage}' }
        { name: 'calls-blob', id: storage.outputs.callsId, group: 'blob', zone: 'privatelink.blob.${az.environment().suffixes.storage}' }
        { name: 'host-blob', id: storage.outputs.hostId, group: 'blob', zone: 'privatelink.blob.${az.environment().suffixes.storage}' }
        { name: 'host-queue', id: storage.outputs.hostId, group: 'queue', zone: 'privatelink.queue.${az.environment().suffixes.storage}' }
        { name: 'host-table', id: storage.outputs.hostId, group: 'table', zone: 'privatelink.table.${az.environment().suffixes.storage}' }
        { name: 'vault', id: vault.outputs.id, group: 'vault', zone: 'privatelink.vaultcore.azure.net' }
        { name: 'speech', id: speech.outputs.id, group: 'account', zone: 'privatelink.cognitiveservices.azure.com' }
        { name: 'openai', id: openAi.outputs.id, group: 'account', zone: 'privatelink.openai.azure.com' }
      ],
      hasSecondary
        ? [
            { name: 'speech-2', id: speechSecondary!.outputs.id, group: 'account', zone: 'privatelink.cognitiveservices.azure.com' }
            { name: 'openai-2', id: openAiSecondary!.outputs.id, group: 'account', zone: 'privatelink.openai.azure.com' }
          ]
        : []
    )
  }
}

module registry 'modules/registry.bicep' = {
  params: { name: 'cr${token}', location: location, tags: tags }
}

// Names are made here and not read from the apps: each program has to know the other.
var functionsHost = 'func-${environmentName}-${token}.azurewebsites.net'

var shared = union(
  {
    TELEPHONY: telephony
    ACS_ENDPOINT: isEdge ? edgeUrl : hasOwnService ? ownService!.outputs.endpoint : existingService!.outputs.endpoint
    ACS_RESOURCE_ID: isEdge ? edgeResourceId : hasOwnService ? ownService!.outputs.immutableId : existingService!.outputs.immutableId
    STORAGE_ACCOUNT_NAME: storage.outputs.callsName
    CALLBACK_BASE_URL: 'https://${functionsHost}/api'
    COGNITIVE_SERVICES_ENDPOINT: speech.outputs.endpoint
  },
  empty(agent) ? {} : { AGENT: agent },
  isEdge ? { ACS_JWKS_URL: '${edgeUrl}/calling/keys' } : {},
  // Both transfer: the bridge for the agent, the functions when something failed.
  empty(teamsCallQueues) ? {} : { TEAMS_CALL_QUEUES: teamsCallQueues },
  // Keys in the stream of Teams Phone are not documented.
  telephony == 'teams-phone' ? { DTMF_SOURCE: 'both' } : {}
)

var maxReplicas = isProduction ? 100 : 3
var maxCalls = 50
// What is left of a replica has to do while another one starts.
var scaleAtCalls = maxCalls * 70 / 100

module bridge 'modules/media-bridge.bicep' = {
  params: {
    name: environmentName
    location: location
    tags: tags
    identity: identities.outputs.bridge
    workspaceId: monitoring.outputs.workspaceId
    registryEndpoint: registry.outputs.endpoint
    image: bridgeImage
    subnetId: privateNetworking ? network!.outputs.bridgeSubnetId : ''
    isProduction: isProduction
    minReplicas: min(maxReplicas, max(isProduction ? 2 : 1, (callsNow + scaleAtCalls - 1) / scaleAtCalls))
    maxReplicas: maxReplicas
    scaleAtCpuPercent: 35
    maxCalls: maxCalls
    scaleAtCalls: scaleAtCalls
    loadUrl: 'https://${functionsHost}/api/load'
    loadKeyUri: vault.outputs.loadKeyUri
    graceSeconds: 600
    ticketSecretUri: vault.outputs.ticketSecretUri
    frontKeyUri: isEdge ? vault.outputs.frontKeyUri : ''
    settings: union(
      shared,
      {
        SPEECH_ENDPOINT: speech.outputs.endpoint
        OPENAI_ENDPOINT: openAi.outputs.endpoint
        OPENAI_DEPLOYMENT: openAi.outputs.deployment
        APPLICATIONINSIGHTS_CONNECTION_STRING: monitoring.outputs.insightsConnectionString
        APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'Authorization=AAD'
      },
      hasSecondary
        ? {
            SPEECH_SECONDARY_ENDPOINT: speechSecondary!.outputs.endpoint
            OPENAI_SECONDARY_ENDPOINT: openAiSecondary!.outputs.endpoint
            OPENAI_SECONDARY_DEPLOYMENT: openAiSecondary!.outputs.deployment
          }
        : {}
    )
  }
  dependsOn: [roles]
}

module functions 'modules/functions.bicep' = {
  params: {
    name: '${environmentName}-${token}'
    location: location
    tags: tags
    identity: identities.outputs.functions
    hostStorageName: storage.outputs.hostName
    packagesUrl: storage.outputs.packagesUrl
    insightsConnectionString: monitoring.outputs.insightsConnectionString
    alwaysReady: isProduction ? 2 : 0
    subnetId: privateNetworking ? network!.outputs.functionsSubnetId : ''
    settings: union(
      shared,
      {
        MEDIA_BASE_URL: 'wss://${bridge.outputs.host}'
        TICKET_SECRET: '@Microsoft.KeyVault(SecretUri=${vault.outputs.ticketSecretUri})'
        LOAD_KEY: '@Microsoft.KeyVault(SecretUri=${vault.outputs.loadKeyUri})'
      },
      isEdge ? { ACS_ACCESS_KEY: '@Microsoft.KeyVault(SecretUri=${vault.outputs.frontKeyUri})' } : {},
      empty(teamsResourceAccounts) ? {} : { TEAMS_RESOURCE_ACCOUNTS: teamsResourceAccounts }
    )
  }
}

module eventGrid 'modules/event-grid.bicep' = if (!isEdge) {
  params: {
    name: environmentName
    tags: tags
    communicationServiceId: serviceId
    functionAppId: functions.outputs.id
    // Calls of Teams Phone name no number: the policy of admission knows which are ours.
    calledNumbers: telephony == 'teams-phone' ? [] : calledNumbers
    deadLetterStorageId: storage.outputs.callsId
    deadLetterContainer: storage.outputs.deadLetterContainer
    subscribe: subscribeIncomingCalls
  }
}

module roles 'modules/roles.bicep' = {
  params: {
    functionsPrincipalId: identities.outputs.functions.principalId
    bridgePrincipalId: identities.outputs.bridge.principalId
    communicationPrincipalId: hasOwnService && !isEdge ? ownService!.outputs.principalId : ''
    callsStorageName: storage.outputs.callsName
    hostStorageName: storage.outputs.hostName
    vaultName: vault.outputs.name
    registryName: registry.outputs.name
    insightsName: monitoring.outputs.insightsName
    speechNames: hasSecondary ? [speech.outputs.name, secondarySpeechName] : [speech.outputs.name]
    openAiNames: hasSecondary ? [openAi.outputs.name, secondaryOpenAiName] : [openAi.outputs.name]
  }
}

module operations 'modules/operations.bicep' = {
  params: {
    name: environmentName
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    bridgeAppId: bridge.outputs.id
    topicId: isEdge ? '' : eventGrid!.outputs.topicId
    storageIds: [storage.outputs.callsId, storage.outputs.hostId]
    openAiIds: hasSecondary ? [openAi.outputs.id, secondaryOpenAiId] : [openAi.outputs.id]
    emails: alertEmails
    webhook: alertWebhook
    limits: alertLimits
    prices: prices
  }
}

module edge 'modules/edge.bicep' = if (deployEdge) {
  params: {
    name: environmentName
    location: location
    tags: tags
    sbcAddresses: empty(edgeSbcAddresses) ? [] : split(edgeSbcAddresses, ',')
    adminAddresses: empty(edgeAdminAddresses) ? [] : split(edgeAdminAddresses, ',')
    sshPublicKey: edgeSshPublicKey
  }
}

output registryEndpoint string = registry.outputs.endpoint
output vaultName string = vault.outputs.name
output functionsHost string = functions.outputs.host
output bridgeHost string = bridge.outputs.host
output edgeHost string = deployEdge ? edge!.outputs.host : ''
