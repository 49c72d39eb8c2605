metadata description = 'Rules over what the programs measure and log. What each means, and what to do: docs/operations.md.'

param name string
param location string
param tags object
param workspaceId string
param actionGroupId string

@description('Limits of this environment, by the names of usual.')
param limits object

@description('Prices, by the names of prices.json.')
param prices object

// Bicep has whole numbers only: percent, per mille, milliseconds.
var usual = {
  // The promise: of a thousand calls ten may fail, or wait longer than this for the answer.
  answerWithinMs: 3000
  answersAllowedPerMille: 10
  answersMinCalls: 20
  // 2 % of what a month allows in one hour, and 5 % in six (sre.google/workbook/alerting-on-slos).
  answersFastBurn: 14
  answersSlowBurn: 6
  callsLostPercent: 2
  callsLostMinCalls: 20
  turnsSlowMs: 3000
  turnsSlowMinTurns: 30
  handOversFailingPercent: 20
  handOversMinHandOvers: 5
  capacityPercent: 80
  callersTurnedAway: 3
  callersUnheard: 2
  functionsFailing: 3
  servicesFailing: 20
  failuresRising: 10
  watchdogActing: 5
  tokensRefused: 5
  telemetryLost: 10
  costOfDay: 100
}
var limit = union(usual, limits)

var priceLets = join(map(items(prices), one => 'let ${one.key} = ${one.value};\n'), '')

// Severity 0 and 1 wake somebody, 2 is looked at on the same day, 3 when there is time.
var rules = [
  {
    name: 'answers-failing'
    title: 'Callers ring and are not answered in time'
    severity: 0
    every: 'PT5M'
    window: 'PT1H'
    query: loadTextContent('../operations/alerts/answers.kql')
    lets: 'let answerWithinMs = ${limit.answerWithinMs};\nlet allowedPerMille = ${limit.answersAllowedPerMille};\nlet minCalls = ${limit.answersMinCalls};\nlet shortWindow = 10m;\n'
    measure: 'burn'
    operator: 'GreaterThan'
    threshold: limit.answersFastBurn
    dimension: ''
  }
  {
    name: 'answers-slipping'
    title: 'For hours too many callers are not answered in time'
    severity: 2
    every: 'PT15M'
    window: 'PT6H'
    query: loadTextContent('../operations/alerts/answers.kql')
    lets: 'let answerWithinMs = ${limit.answerWithinMs};\nlet allowedPerMille = ${limit.answersAllowedPerMille};\nlet minCalls = ${limit.answersMinCalls};\nlet shortWindow = 30m;\n'
    measure: 'burn'
    operator: 'GreaterThan'
    threshold: limit.answersSlowBurn
    dimension: ''
  }
  {
    name: 'calls-lost'
    title: 'Calls end with nobody for the caller'
    severity: 1
    every: 'PT5M'
    window: 'PT30M'
    query: loadTextContent('../operations/alerts/calls-lost.kql')
    lets: 'let minCalls = ${limit.callsLostMinCalls};\n'
    measure: 'percent'
    operator: 'GreaterThan'
    threshold: limit.callsLostPercent
    dimension: ''
  }
  {
    name: 'turns-slow'
    title: 'Callers wait long for each reply'
    severity: 2
    every: 'PT5M'
    window: 'PT15M'
    query: loadTextContent('../operations/alerts/turns-slow.kql')
    lets: 'let minTurns = ${limit.turnsSlowMinTurns};\n'
    measure: 'p95Ms'
    operator: 'GreaterThan'
    threshold: limit.turnsSlowMs
    dimension: ''
  }
  {
    name: 'hand-overs-failing'
    title: 'Callers do not reach the people they were promised'
    severity: 1
    every: 'PT5M'
    window: 'PT30M'
    query: loadTextContent('../operations/alerts/hand-overs-failing.kql')
    lets: 'let minHandOvers = ${limit.handOversMinHandOvers};\n'
    measure: 'percent'
    operator: 'GreaterThan'
    threshold: limit.handOversFailingPercent
    dimension: ''
  }
  {
    name: 'capacity-nearly-used'
    title: 'The bridges are nearly full'
    severity: 2
    every: 'PT5M'
    window: 'PT10M'
    query: loadTextContent('../operations/alerts/capacity-nearly-used.kql')
    lets: ''
    measure: 'percent'
    operator: 'GreaterThan'
    threshold: limit.capacityPercent
    dimension: ''
  }
  {
    name: 'callers-turned-away'
    title: 'Callers go to people or elsewhere because the agent cannot take them'
    severity: 1
    every: 'PT5M'
    window: 'PT15M'
    query: loadTextContent('../operations/alerts/callers-turned-away.kql')
    lets: ''
    measure: 'callers'
    operator: 'GreaterThan'
    threshold: limit.callersTurnedAway
    dimension: ''
  }
  {
    name: 'bridges-silent'
    title: 'No bridge is heard of'
    severity: 0
    every: 'PT5M'
    window: 'PT10M'
    query: loadTextContent('../operations/alerts/bridges-silent.kql')
    lets: ''
    measure: 'signs'
    // Fires on none, which no row in the tables is too.
    operator: 'LessThan'
    threshold: 1
    dimension: ''
  }
  {
    name: 'telemetry-lost'
    title: 'Bridges cannot deliver their figures'
    severity: 2
    every: 'PT15M'
    window: 'PT30M'
    query: loadTextContent('../operations/alerts/telemetry-lost.kql')
    lets: ''
    measure: 'lines'
    operator: 'GreaterThan'
    threshold: limit.telemetryLost
    dimension: ''
  }
  {
    name: 'callers-unheard'
    title: 'Calls are answered, and no agent replies'
    severity: 1
    every: 'PT5M'
    window: 'PT15M'
    query: loadTextContent('../operations/alerts/callers-unheard.kql')
    lets: ''
    measure: 'unheard'
    operator: 'GreaterThan'
    threshold: limit.callersUnheard
    dimension: ''
  }
  {
    name: 'functions-silent'
    title: 'No function runs'
    // Nobody answers then. With the edge nothing else tells: no queue of Azure gives up a call.
    severity: 0
    every: 'PT5M'
    window: 'PT15M'
    query: loadTextContent('../operations/alerts/functions-silent.kql')
    lets: ''
    measure: 'silent'
    operator: 'GreaterThan'
    threshold: 0
    dimension: ''
  }
  {
    name: 'functions-failing'
    title: 'Functions end with errors'
    severity: 1
    every: 'PT5M'
    window: 'PT15M'
    query: loadTextContent('../operations/alerts/functions-failing.kql')
    lets: ''
    measure: 'failures'
    operator: 'GreaterThan'
    threshold: limit.functionsFailing
    dimension: 'runs'
  }
  {
    name: 'services-failing'
    title: 'A service that conversations stand on fails, and callers notice'
    severity: 1
    every: 'PT5M'
    window: 'PT10M'
    query: loadTextContent('../operations/alerts/services-failing.kql')
    lets: ''
    measure: 'errors'
    operator: 'GreaterThan'
    threshold: limit.servicesFailing
    dimension: 'service'
  }
  {
    name: 'services-ailing'
    title: 'A service fails again and again'
    severity: 2
    every: 'PT5M'
    window: 'PT10M'
    query: loadTextContent('../operations/alerts/services-ailing.kql')
    lets: ''
    measure: 'errors'
    operator: 'GreaterThan'
    threshold: limit.servicesFailing
    dimension: 'service'
  }
  {
    name: 'failures-rising'
    title: 'Conversations have to be rescued'
    severity: 2
    every: 'PT5M'
    window: 'PT15M'
    query: loadTextContent('../operations/alerts/failures-rising.kql')
    lets: ''
    measure: 'failures'
    operator: 'GreaterThan'
    threshold: limit.failuresRising
    dimension: 'failure'
  }
  {
    name: 'watchdog-acting'
    title: 'The watchdog finds callers in silence'
    severity: 2
    every: 'PT5M'
    window: 'PT30M'
    query: loadTextContent('../operations/alerts/watchdog-acting.kql')
    lets: ''
    measure: 'actions'
    operator: 'GreaterThan'
    threshold: limit.watchdogActing
    dimension: 'action'
  }
  {
    name: 'sockets-refused'
    title: 'Media sockets of the front are refused'
    severity: 1
    every: 'PT5M'
    window: 'PT15M'
    query: loadTextContent('../operations/alerts/sockets-refused.kql')
    lets: ''
    measure: 'refusals'
    operator: 'GreaterThan'
    threshold: limit.tokensRefused
    dimension: 'reason'
  }
  {
    name: 'callbacks-refused'
    title: 'Callbacks of the front are refused'
    severity: 1
    every: 'PT5M'
    window: 'PT15M'
    query: loadTextContent('../operations/alerts/callbacks-refused.kql')
    lets: ''
    measure: 'refusals'
    operator: 'GreaterThan'
    threshold: limit.tokensRefused
    dimension: 'reason'
  }
  {
    name: 'retention-behind'
    title: 'What is past its retention is still there'
    severity: 3
    every: 'PT6H'
    // Two nights, and as long as a rule may look back.
    window: 'P2D'
    query: loadTextContent('../operations/alerts/retention-behind.kql')
    lets: ''
    measure: 'runs'
    operator: 'LessThan'
    threshold: 1
    dimension: ''
  }
  {
    name: 'cost-of-day'
    title: 'A day costs more than it should'
    severity: 3
    every: 'PT1H'
    window: 'P1D'
    query: loadTextContent('../operations/cost.kql')
    lets: priceLets
    measure: 'cost'
    operator: 'GreaterThan'
    threshold: limit.costOfDay
    dimension: ''
  }
]

// In each query, so that a rule depends on nothing else; people have it by name. TrunklineLog is not for rules: Azure Monitor refuses union in them
// (learn.microsoft.com/azure/azure-monitor/alerts/alerts-log-query), so each asks the one table that it needs.
var functions = 'let TrunklineMetrics = () {\n${loadTextContent('../operations/functions/trunkline-metrics.kql')}};\n'

resource queryRules 'Microsoft.Insights/scheduledQueryRules@2022-06-15' = [
  for rule in rules: {
    name: 'alert-${name}-${rule.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: '${name}: ${rule.title}'
      description: 'What it means and what to do: docs/operations.md, ${rule.name}'
      severity: rule.severity
      enabled: true
      scopes: [workspaceId]
      evaluationFrequency: rule.every
      windowSize: rule.window
      autoMitigate: true
      criteria: {
        allOf: [
          {
            query: '${functions}${rule.lets}${rule.query}'
            metricMeasureColumn: rule.measure
            // The parts of the cost are added up; everything else is one row, or one for each value of the dimension.
            timeAggregation: rule.name == 'cost-of-day' ? 'Total' : 'Maximum'
            operator: rule.operator
            threshold: rule.threshold
            dimensions: empty(rule.dimension) ? [] : [{ name: rule.dimension, operator: 'Include', values: ['*'] }]
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: [actionGroupId] }
    }
  }
]
