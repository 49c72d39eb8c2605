metadata description = 'Rules over what Azure measures of its own services, where it knows better than the programs do (docs/operations.md).'

param name string
param tags object
param bridgeAppId string

@description('Topic of the calls; empty: the edge delivers them itself.')
param topicId string

param storageIds array
param openAiIds array
param actionGroupId string

@description('Limits of this environment, by the names of usual.')
param limits object

var usual = {
  callsDeadLettered: 0
  callsDeliveredLate: 2
  storageAvailabilityPercent: 95
  modelThrottled: 10
  bridgesRestarting: 2
}
var limit = union(usual, limits)

// Names, dimensions and aggregations as in Azure Monitor's lists of supported metrics.
var ofOne = [
  {
    name: 'calls-dead-lettered'
    title: 'Calls were never delivered to the functions'
    severity: 1
    scope: topicId
    namespace: 'Microsoft.EventGrid/systemTopics'
    metric: 'DeadLetteredCount'
    aggregation: 'Total'
    operator: 'GreaterThan'
    threshold: limit.callsDeadLettered
    window: 'PT5M'
    dimensions: []
  }
  {
    name: 'calls-delivered-late'
    title: 'Calls reach the functions at the second try only, ten seconds late'
    severity: 2
    scope: topicId
    namespace: 'Microsoft.EventGrid/systemTopics'
    metric: 'DeliveryAttemptFailCount'
    aggregation: 'Total'
    operator: 'GreaterThan'
    threshold: limit.callsDeliveredLate
    window: 'PT15M'
    dimensions: []
  }
  {
    name: 'bridges-restarting'
    title: 'Bridges end and are started again'
    severity: 2
    scope: bridgeAppId
    namespace: 'Microsoft.App/containerApps'
    metric: 'RestartCount'
    aggregation: 'Maximum'
    operator: 'GreaterThan'
    threshold: limit.bridgesRestarting
    window: 'PT15M'
    dimensions: []
  }
]

var ofStorage = map(range(0, length(storageIds)), index => {
  name: 'storage-unavailable'
  title: 'Storage does not answer'
  severity: 1
  scope: storageIds[index]
  namespace: 'Microsoft.Storage/storageAccounts'
  metric: 'Availability'
  aggregation: 'Average'
  operator: 'LessThan'
  threshold: limit.storageAvailabilityPercent
  // At night a minute has some ten requests: over less time one or two that fail would be storage that is down.
  window: 'PT15M'
  dimensions: []
})

var ofModels = map(range(0, length(openAiIds)), index => {
  name: 'model-throttled'
  title: 'The model refuses for want of quota'
  severity: 2
  scope: openAiIds[index]
  namespace: 'Microsoft.CognitiveServices/accounts'
  metric: 'AzureOpenAIRequests'
  aggregation: 'Total'
  operator: 'GreaterThan'
  threshold: limit.modelThrottled
  window: 'PT5M'
  dimensions: [{ name: 'StatusCode', operator: 'Include', values: ['429'] }]
})

var rules = filter(concat(ofOne, ofStorage, ofModels), rule => !empty(rule.scope))

resource metricRules 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for rule in rules: {
    name: 'alert-${name}-${rule.name}-${take(uniqueString(rule.scope), 4)}'
    location: 'global'
    tags: tags
    properties: {
      description: '${rule.title}. What it means and what to do: docs/operations.md, ${rule.name}'
      severity: rule.severity
      enabled: true
      scopes: [rule.scope]
      evaluationFrequency: 'PT1M'
      windowSize: rule.window
      autoMitigate: true
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: rule.name
            metricNamespace: rule.namespace
            metricName: rule.metric
            timeAggregation: rule.aggregation
            operator: rule.operator
            threshold: rule.threshold
            dimensions: rule.dimensions
            // A resource that has done nothing yet has no metric yet.
            skipMetricValidation: true
          }
        ]
      }
      actions: [{ actionGroupId: actionGroupId }]
    }
  }
]
