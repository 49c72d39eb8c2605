metadata description = 'The telephony front: a new Communication Services resource, or the facts of one that exists in this resource group.'

param name string
param tags object
param dataLocation string

resource service 'Microsoft.Communication/communicationServices@2023-04-01' = {
  name: name
  location: 'global'
  tags: tags
  // Its own voice, for the failure message, asks Speech by this identity.
  identity: { type: 'SystemAssigned' }
  properties: { dataLocation: dataLocation }
}

output id string = service.id
output name string = service.name
output endpoint string = 'https://${service.properties.hostName}'
output immutableId string = service.properties.immutableResourceId
output principalId string = service.identity.principalId
