targetScope = 'subscription'

metadata description = 'Trunkline: control plane (Functions), media bridge (Container Apps) and what they stand on, in one resource group.'

@description('Name of the azd environment; part of every name.')
@minLength(2)
@maxLength(20)
param environmentName string

@description('Region of everything that is not asked for elsewhere.')
param location string

@description('dev: smallest that works. prod: instances that are always ready, zones, two regions of speech and model.')
@allowed(['dev', 'prod'])
param profile string = 'dev'

@description('Resource id of a Communication Services resource that exists. Empty makes a new one, which Microsoft refuses to tenants that had none before 2026-10-23.')
param communicationServiceId string = ''

@description('Where Communication Services keeps its data, for a new resource.')
param communicationDataLocation string = 'United States'

@description('Called numbers (E.164) whose calls are delivered. Empty: all of the resource.')
param calledNumbers array = []

@description('Set by the hook after the first deployment of the functions: Event Grid refuses a subscription to a function that is not there.')
param subscribeIncomingCalls bool = false

@description('Storage, vault, speech and model reachable from the virtual network only.')
param privateNetworking bool = false

@description('Second region for speech and model; empty: none.')
param secondaryLocation string = ''

@description('The chat model. sku: GlobalStandard is in the most regions, and answers from any of them; DataZoneStandard stays in the EU or the USA; Standard in the region, where that has the model. capacity: thousands of tokens a minute. Models are retired about a year after they come: docs/deploy.md')
param chatModel object = {
  name: 'gpt-5.4-mini'
  version: '2026-03-17'
  sku: 'GlobalStandard'
  capacity: 50
}

@description('Image of the media bridge; azd gives it once it was pushed.')
param bridgeImage string = ''

@description('Name of the standard agent; empty: the only one that says nothing under "answers".')
param agent string = ''

@description('Binds URLs to calls, 32 characters or more. Made once: another one refuses the URLs of calls that are up.')
@secure()
@minLength(32)
param ticketSecret string

@description('What the scale rule on calls shows the functions to be told how many there are, 32 characters or more.')
@secure()
@minLength(32)
param loadKey string

@description('Calls that are up, as the hook infra/hooks/calls-now.sh found: a new version of the bridge begins with replicas for as many. docs/deploy.md')
@minValue(0)
@maxValue(1000000)
param callsNow int = 0

@description('Where calls come from: acs (Communication Services Direct Routing), teams-phone (Teams Phone Extensibility) or edge (our own, with no Communication Services at all). docs/after-acs.md')
@allowed(['acs', 'teams-phone', 'edge'])
param telephony string = 'acs'

@description('With teams-phone: which number each resource account has, +18005550199=OBJECT-ID with commas.')
param teamsResourceAccounts string = ''

@description('With teams-phone: queues of people that are call queues of Teams, +18005550110=OBJECT-ID of the application with commas.')
param teamsCallQueues string = ''

@description('With edge: https:// address of the edge, its EDGE_PUBLIC_URL.')
param edgeUrl string = ''

@description('With edge: its EDGE_RESOURCE_ID.')
param edgeResourceId string = ''

@description('With edge: its EDGE_ACCESS_KEY, base64.')
@secure()
param edgeAccessKey string = ''

@description('The SIP edge on a virtual machine of its own, for SBCs that do not go through Communication Services.')
param deployEdge bool = false

@description('Addresses of the SBCs, with commas: SIP and media of the edge are let in from there only. Empty: from nowhere.')
param edgeSbcAddresses string = ''

@description('Addresses that may sign in to the edge machine, with commas. Empty: none.')
param edgeAdminAddresses string = ''

@description('SSH public key of the edge machine; required with deployEdge.')
param edgeSshPublicKey string = ''

@description('Addresses that are written to when an alert rule fires, with commas. Empty: none.')
param alertEmails string = ''

@description('Address of a paging service that is posted to when an alert rule fires. Empty: none.')
@secure()
param alertWebhook string = ''

@description('Limits of the alert rules that differ from the usual ones (docs/operations.md), by name.')
param alertLimits object = {}

@description('What the model, speech and a minute of a call cost (infra/operations/prices.json), where yours differ, as text.')
param prices object = {}

var tags = { 'azd-env-name': environmentName, product: 'trunkline' }

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module resources 'resources.bicep' = {
  scope: group
  params: {
    environmentName: environmentName
    location: location
    tags: tags
    profile: profile
    communicationServiceId: communicationServiceId
    communicationDataLocation: communicationDataLocation
    calledNumbers: calledNumbers
    subscribeIncomingCalls: subscribeIncomingCalls
    privateNetworking: privateNetworking
    secondaryLocation: secondaryLocation
    chatModel: chatModel
    bridgeImage: bridgeImage
    agent: agent
    ticketSecret: ticketSecret
    loadKey: loadKey
    callsNow: callsNow
    telephony: telephony
    teamsResourceAccounts: teamsResourceAccounts
    teamsCallQueues: teamsCallQueues
    edgeUrl: edgeUrl
    edgeResourceId: edgeResourceId
    edgeAccessKey: edgeAccessKey
    deployEdge: deployEdge
    edgeSbcAddresses: edgeSbcAddresses
    edgeAdminAddresses: edgeAdminAddresses
    edgeSshPublicKey: edgeSshPublicKey
    alertEmails: empty(alertEmails) ? [] : map(split(alertEmails, ','), email => trim(email))
    alertWebhook: alertWebhook
    alertLimits: alertLimits
    prices: prices
  }
}

output AZURE_RESOURCE_GROUP string = group.name
output AZURE_CONTAINER_REGISTRY_ENDPOINT string = resources.outputs.registryEndpoint
output AZURE_KEY_VAULT_NAME string = resources.outputs.vaultName
output FUNCTIONS_HOST string = resources.outputs.functionsHost
output MEDIA_BRIDGE_HOST string = resources.outputs.bridgeHost
output EDGE_HOST string = resources.outputs.edgeHost
