metadata description = 'Two accounts: the Functions host has its own, so that its load and its keys touch no call.'

param token string
param location string
param tags object
param isPrivate bool
param isProduction bool

var common = {
  minimumTlsVersion: 'TLS1_2'
  allowBlobPublicAccess: false
  allowSharedKeyAccess: false
  supportsHttpsTrafficOnly: true
  defaultToOAuthAuthentication: true
  publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
  networkAcls: {
    defaultAction: isPrivate ? 'Deny' : 'Allow'
    bypass: 'AzureServices'
  }
}

resource calls 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: 'stcalls${token}'
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: isProduction ? 'Standard_ZRS' : 'Standard_LRS' }
  properties: common
}

resource callBlobs 'Microsoft.Storage/storageAccounts/blobServices@2023-05-01' = {
  parent: calls
  name: 'default'
  properties: {
    deleteRetentionPolicy: { enabled: true, days: 7 }
  }
}

resource deadLetters 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' = {
  parent: callBlobs
  name: 'dead-letters'
}

resource host 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: 'sthost${token}'
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: isProduction ? 'Standard_ZRS' : 'Standard_LRS' }
  properties: common
}

resource hostBlobs 'Microsoft.Storage/storageAccounts/blobServices@2023-05-01' = {
  parent: host
  name: 'default'
}

resource packages 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' = {
  parent: hostBlobs
  name: 'packages'
}

output callsName string = calls.name
output callsId string = calls.id
output hostName string = host.name
output hostId string = host.id
output packagesUrl string = '${host.properties.primaryEndpoints.blob}${packages.name}'
output deadLetterContainer string = deadLetters.name
