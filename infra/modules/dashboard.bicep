metadata description = 'The night at a glance: a workbook over the metrics and the log, built from the queries of infra/operations/charts.'

param name string
param location string
param tags object
param workspaceId string

@description('Prices, by the names of prices.json: what the workbook begins with.')
param prices object

var charts = [
  { title: 'Calls by what became of the answer', kind: 'barchart', query: loadTextContent('../operations/charts/answered-calls.kql') }
  { title: 'Seconds to the answer', kind: 'linechart', query: loadTextContent('../operations/charts/answer-time.kql') }
  { title: 'How calls ended', kind: 'table', query: loadTextContent('../operations/charts/outcomes.kql') }
  { title: 'Who was let in', kind: 'table', query: loadTextContent('../operations/charts/admission.kql') }
  { title: 'Stages of a turn, mean seconds', kind: 'linechart', query: loadTextContent('../operations/charts/turn-latency.kql') }
  { title: 'Stages of a turn, percentiles in milliseconds', kind: 'table', query: loadTextContent('../operations/charts/turn-percentiles.kql') }
  { title: 'Interruptions in a hundred turns', kind: 'linechart', query: loadTextContent('../operations/charts/interruptions.kql') }
  { title: 'Transfers by outcome', kind: 'barchart', query: loadTextContent('../operations/charts/hand-overs.kql') }
  { title: 'Calls of each bridge', kind: 'areachart', query: loadTextContent('../operations/charts/calls-per-replica.kql') }
  { title: 'Bridges, as they last said', kind: 'table', query: loadTextContent('../operations/charts/bridges.kql') }
  { title: 'What went wrong', kind: 'table', query: loadTextContent('../operations/charts/trouble.kql') }
  { title: 'Warnings and errors in the log', kind: 'table', query: loadTextContent('../operations/charts/errors-in-the-log.kql') }
  {
    title: 'Cost of this time'
    kind: 'table'
    query: '${join(map(items(prices), one => 'let ${one.key} = todouble(\'{${one.key}}\');\n'), '')}${loadTextContent('../operations/cost.kql')}'
  }
]

var labels = {
  priceOfMillionTokensIn: 'Million tokens in'
  priceOfMillionTokensOut: 'Million tokens out'
  priceOfHourHeard: 'Hour heard'
  priceOfHourSpoken: 'Hour spoken'
  priceOfCallMinute: 'Minute of a call'
}

var timeRange = {
  id: guid(workspaceId, 'TimeRange')
  version: 'KqlParameterItem/1.0'
  name: 'TimeRange'
  label: 'Time'
  type: 4
  isRequired: true
  // Twelve hours: the night.
  value: { durationMs: 43200000 }
  typeSettings: {
    selectableValues: [
      { durationMs: 3600000 }
      { durationMs: 14400000 }
      { durationMs: 43200000 }
      { durationMs: 86400000 }
      { durationMs: 604800000 }
      { durationMs: 2592000000 }
    ]
    allowCustom: true
  }
}

var priceFields = map(items(prices), one => {
  id: guid(workspaceId, one.key)
  version: 'KqlParameterItem/1.0'
  name: one.key
  label: labels[one.key]
  type: 1
  isRequired: true
  value: one.value
})

var content = {
  version: 'Notebook/1.0'
  items: concat(
    [
      {
        type: 9
        name: 'parameters'
        content: {
          version: 'KqlParameterItem/1.0'
          parameters: concat([timeRange], priceFields)
          style: 'pills'
          queryType: 0
          resourceType: 'microsoft.operationalinsights/workspaces'
        }
      }
    ],
    map(charts, chart => {
      type: 3
      name: chart.title
      customWidth: '50'
      content: {
        version: 'KqlItem/1.0'
        title: chart.title
        query: chart.query
        size: 0
        timeContextFromParameter: 'TimeRange'
        queryType: 0
        resourceType: 'microsoft.operationalinsights/workspaces'
        crossComponentResources: [workspaceId]
        visualization: chart.kind
      }
    })
  )
  fallbackResourceIds: [workspaceId]
}

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  // A workbook's name is a GUID.
  name: guid(workspaceId, 'dashboard')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Trunkline ${name}'
    category: 'workbook'
    version: 'Notebook/1.0'
    sourceId: workspaceId
    serializedData: string(content)
  }
}
