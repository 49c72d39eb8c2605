metadata description = 'Data plane: the media bridge in a Container Apps environment, scaled on the calls it has and on CPU, whichever asks for more.'

param name string
param location string
param tags object

@description('id, clientId, principalId of the identity the app runs as.')
param identity object

param workspaceId string
param registryEndpoint string

@description('Empty before the first push: then a page of Microsoft that says hello, so that the app is there for azd.')
param image string

@description('Subnet of the environment; empty: none.')
param subnetId string

param isProduction bool
param minReplicas int
param maxReplicas int

@description('CPU in percent, on average over the replicas, above which another one is started. Low, because a start takes longer than a caller waits.')
param scaleAtCpuPercent int

@description('Calls a replica takes.')
param maxCalls int

@description('Calls on average over the replicas above which another one is started: less than a replica takes.')
@minValue(1)
param scaleAtCalls int

@description('Where the functions say how many calls there are.')
param loadUrl string

@description('Where in the vault the key for that is.')
param loadKeyUri string

@description('Seconds a replica may go on after SIGTERM; Container Apps allows 600.')
@maxValue(600)
param graceSeconds int

@description('Settings of the program, by name (docs/settings.md).')
param settings object

@description('Where in the vault the ticket secret is.')
param ticketSecretUri string

@description('Where the key of the front is; empty: the front takes the identity.')
param frontKeyUri string

resource environment 'Microsoft.App/managedEnvironments@2024-03-01' = {
  name: 'cae-${name}'
  location: location
  tags: tags
  properties: {
    appLogsConfiguration: { destination: 'azure-monitor' }
    zoneRedundant: isProduction && !empty(subnetId)
    workloadProfiles: [{ name: 'Consumption', workloadProfileType: 'Consumption' }]
    vnetConfiguration: empty(subnetId) ? null : { infrastructureSubnetId: subnetId, internal: false }
  }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: environment
  name: 'logs'
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
  }
}

resource bridge 'Microsoft.App/containerApps@2024-03-01' = {
  name: 'ca-${name}-bridge'
  location: location
  tags: union(tags, { 'azd-service-name': 'media-bridge' })
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identity.id}': {} }
  }
  properties: {
    environmentId: environment.id
    workloadProfileName: 'Consumption'
    configuration: {
      activeRevisionsMode: 'Single'
      ingress: {
        // Communication Services connects from the internet; each socket shows its token and its ticket.
        external: true
        // Microsoft's page listens on 80.
        targetPort: empty(image) ? 80 : 8080
        transport: 'auto'
        allowInsecure: false
      }
      registries: [{ server: registryEndpoint, identity: identity.id }]
      secrets: concat(
        [
          { name: 'ticket-secret', keyVaultUrl: ticketSecretUri, identity: identity.id }
          { name: 'load-key', keyVaultUrl: loadKeyUri, identity: identity.id }
        ],
        empty(frontKeyUri) ? [] : [{ name: 'front-key', keyVaultUrl: frontKeyUri, identity: identity.id }]
      )
    }
    template: {
      terminationGracePeriodSeconds: graceSeconds
      containers: [
        {
          name: 'media-bridge'
          image: empty(image) ? 'mcr.microsoft.com/k8se/quickstart:latest' : image
          resources: { cpu: json('1.0'), memory: '2Gi' }
          env: concat(
            map(items(settings), setting => { name: setting.key, value: string(setting.value) }),
            [
              { name: 'TICKET_SECRET', secretRef: 'ticket-secret' }
              { name: 'AZURE_CLIENT_ID', value: identity.clientId }
              { name: 'HOST', value: '0.0.0.0' }
              { name: 'PORT', value: '8080' }
              { name: 'MAX_CALLS', value: string(maxCalls) }
              // What is left when it is over goes to another replica, which takes some seconds itself.
              { name: 'DRAIN_TIMEOUT_MS', value: string((graceSeconds - 20) * 1000) }
            ],
            empty(frontKeyUri) ? [] : [{ name: 'ACS_ACCESS_KEY', secretRef: 'front-key' }]
          )
          // Microsoft's page answers none of them.
          probes: empty(image) ? [] : [
            {
              type: 'Readiness'
              httpGet: { path: '/healthz', port: 8080 }
              periodSeconds: 5
              failureThreshold: 2
            }
            {
              type: 'Liveness'
              tcpSocket: { port: 8080 }
              periodSeconds: 10
              failureThreshold: 6
            }
            {
              type: 'Startup'
              tcpSocket: { port: 8080 }
              periodSeconds: 2
              failureThreshold: 30
            }
          ]
        }
      ]
      scale: {
        minReplicas: minReplicas
        maxReplicas: maxReplicas
        // The higher of what they ask for. Only CPU would not see bridges that are full of light calls, only calls not those that are busy with heavy ones.
        // Not by concurrent requests: Container Apps takes them as the requests of the last 15 seconds divided by 15, and a call is one request however
        // long it lasts; and beside a rule of another kind the HTTP rule has been seen not to work at all.
        rules: [
          {
            name: 'cpu'
            custom: {
              type: 'cpu'
              metadata: { type: 'Utilization', value: string(scaleAtCpuPercent) }
            }
          }
          // Every rule of KEDA that scales a ScaledObject can be a custom rule, its credentials under auth (learn.microsoft.com/azure/container-apps/scale-app,
          // "Custom"); this one asks a URL for a number and divides it by the target, for the number of replicas (keda.sh/docs/latest/scalers/metrics-api, November
          // 2026). While it gets none, nothing is scaled in, and out by CPU only (kubernetes.io, Horizontal Pod Autoscaling, "Scaling on multiple metrics").
          {
            name: 'calls'
            custom: {
              type: 'metrics-api'
              metadata: {
                url: loadUrl
                valueLocation: 'demand'
                targetValue: string(scaleAtCalls)
                authMode: 'apiKey'
                method: 'header'
                keyParamName: 'X-API-KEY'
              }
              auth: [{ secretRef: 'load-key', triggerParameter: 'apiKey' }]
            }
          }
        ]
      }
    }
  }
}

output id string = bridge.id
output host string = bridge.properties.configuration.ingress.fqdn
