metadata description = 'Who the two programs are.'

param name string
param location string
param tags object

resource functions 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-${name}-functions'
  location: location
  tags: tags
}

resource bridge 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-${name}-bridge'
  location: location
  tags: tags
}

output functions object = {
  id: functions.id
  clientId: functions.properties.clientId
  principalId: functions.properties.principalId
}
output bridge object = {
  id: bridge.id
  clientId: bridge.properties.clientId
  principalId: bridge.properties.principalId
}
