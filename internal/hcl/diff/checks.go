package diff

// checks are what rows name where no word of theirs says it: a decision about one
// changed attribute, by the provider's code at plan time.
var checks = map[string]func(change, hit) decision{
	// AWS
	"allGo":                allGo,
	"awsRegion":            awsRegion,
	"batchFixed":           batchFixed,
	"batchNetwork":         batchNetwork,
	"capacityProviders":    capacityProviders,
	"issuedNames":          issuedNames,
	"lustreCapacity":       lustreCapacity,
	"mappings":             mappings,
	"noMore":               noMore,
	"oldRedisOnly":         oldRedisOnly,
	"otherArchitecture":    otherArchitecture,
	"otherFirst":           otherFirst,
	"otherTemplateVersion": otherTemplateVersion,
	"searchEncryption":     searchEncryption,
	"searchVersion":        searchVersion,
	// Google
	"bigQuerySchema":    bigQuerySchema,
	"networkIP":         networkIP,
	"redisDowngrade":    redisDowngrade,
	"rewritten":         rewritten,
	"sqlDiskSize":       sqlDiskSize,
	"startupScript":     startupScript,
	"undecidedParams":   undecidedParams,
	"workbenchMetadata": workbenchMetadata,
	// Azure
	"aksPlugin":        aksPlugin,
	"aksPoolName":      aksPoolName,
	"exceptBlockComes": exceptBlockComes,
	"exceptFirst":      exceptFirst,
	"exceptOverlay":    exceptOverlay,
	"zoneRedundancy":   zoneRedundancy,
	// Kubernetes
	"otherManifest":  otherManifest,
	"otherObject":    otherObject,
	"storageShrinks": storageShrinks,
	// random and null
	"keepers":      keepers,
	"setOrChanged": setOrChanged,
}
