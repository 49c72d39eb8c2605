metadata description = 'What the people on watch have: alert rules, the group that is told, queries by name, and the dashboard (docs/operations.md).'

param name string
param location string
param tags object
param workspaceId string
param bridgeAppId string

@description('Topic of the calls; empty: none.')
param topicId string

param storageIds array
param openAiIds array

@description('Addresses that are written to when a rule fires. With no webhook either, rules fire and nobody is told.')
param emails array

@description('Address that is posted to when a rule fires, in the common alert schema: of a paging service. It holds its secret.')
@secure()
param webhook string

@description('Limits of this environment that differ from those of alerts.bicep, by name.')
param limits object

@description('What a million tokens, an hour of audio and a minute of a call cost, as text; by the names of prices.json.')
param prices object

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' existing = {
  name: last(split(workspaceId, '/'))
}

var functions = [
  { alias: 'TrunklineMetrics', parameters: '', query: loadTextContent('../operations/functions/trunkline-metrics.kql') }
  { alias: 'TrunklineLog', parameters: '', query: loadTextContent('../operations/functions/trunkline-log.kql') }
  { alias: 'TrunklineCall', parameters: 'call:string', query: loadTextContent('../operations/functions/trunkline-call.kql') }
]

resource byName 'Microsoft.OperationalInsights/workspaces/savedSearches@2020-08-01' = [
  for function in functions: {
    parent: workspace
    name: toLower(function.alias)
    // A saved search that is there already is refused without it.
    etag: '*'
    properties: {
      category: 'Trunkline'
      displayName: function.alias
      functionAlias: function.alias
      functionParameters: function.parameters
      query: function.query
      version: 2
    }
  }
]

resource watch 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-${name}'
  location: 'global'
  tags: tags
  properties: {
    // Twelve characters at most.
    groupShortName: take('tl ${name}', 12)
    enabled: true
    emailReceivers: map(emails, email => { name: email, emailAddress: email, useCommonAlertSchema: true })
    webhookReceivers: empty(webhook)
      ? []
      : [{ name: 'webhook', serviceUri: webhook, useCommonAlertSchema: true }]
  }
}

var priceList = union(loadJsonContent('../operations/prices.json'), prices)

module alerts 'alerts.bicep' = {
  params: {
    name: name
    location: location
    tags: tags
    workspaceId: workspaceId
    actionGroupId: watch.id
    limits: limits
    prices: priceList
  }
}

module metricAlerts 'metric-alerts.bicep' = {
  params: {
    name: name
    tags: tags
    bridgeAppId: bridgeAppId
    topicId: topicId
    storageIds: storageIds
    openAiIds: openAiIds
    actionGroupId: watch.id
    limits: limits
  }
}

module dashboard 'dashboard.bicep' = {
  params: { name: name, location: location, tags: tags, workspaceId: workspaceId, prices: priceList }
}
