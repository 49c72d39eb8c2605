metadata description = 'What binds URLs to calls, the key of the scale rule on calls, and the key of the edge where that is the front. Everything else signs in by identity.'

param name string
param location string
param tags object
param isPrivate bool
param isProduction bool

@secure()
param ticketSecret string

@secure()
param loadKey string

@description('Empty: the front takes identities.')
@secure()
param edgeAccessKey string

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    enablePurgeProtection: isProduction ? true : null
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: {
      defaultAction: isPrivate ? 'Deny' : 'Allow'
      bypass: 'AzureServices'
    }
  }
}

resource ticket 'Microsoft.KeyVault/vaults/secrets@2023-07-01' = {
  parent: vault
  name: 'ticket-secret'
  properties: {
    value: ticketSecret
    contentType: 'text/plain'
  }
}

resource load 'Microsoft.KeyVault/vaults/secrets@2023-07-01' = {
  parent: vault
  name: 'load-key'
  properties: {
    value: loadKey
    contentType: 'text/plain'
  }
}

resource frontKey 'Microsoft.KeyVault/vaults/secrets@2023-07-01' = if (!empty(edgeAccessKey)) {
  parent: vault
  name: 'front-key'
  properties: {
    value: edgeAccessKey
    contentType: 'text/plain'
  }
}

output id string = vault.id
output name string = vault.name
@description('Where the secret is, not what it is.')
output ticketSecretUri string = '${vault.properties.vaultUri}secrets/${ticket.name}'
@description('Where the key of the scale rule is.')
output loadKeyUri string = '${vault.properties.vaultUri}secrets/${load.name}'
@description('Where the key of the front is, when there is one.')
output frontKeyUri string = '${vault.properties.vaultUri}secrets/front-key'
