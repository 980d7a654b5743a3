package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	secrettypes "github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/holdpoint-dev/holdpoint/internal/github/appmanifest"
)

// cloudStore writes the credentials to AWS, for the stack of template.yaml.
type cloudStore struct {
	config  aws.Config
	service string
	prefix  string
	server  string // the address of an Enterprise Server, empty for github.com
}

func newCloudStore(ctx context.Context, service, prefix, server string) (credentialStore, error) {
	config, err := awsconfig.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, fmt.Errorf("load AWS configuration: %w", err)
	}
	if config.Region == "" {
		return nil, fmt.Errorf("%w: AWS has no region; set AWS_REGION or choose a profile", errUsage)
	}
	return cloudStore{config: config, service: service, prefix: strings.TrimRight(prefix, "/"), server: server}, nil
}

// write stores both and names the parameters of the stack.
func (s cloudStore) write(ctx context.Context, app appmanifest.NewApp) (string, error) {
	key, err := s.put(ctx, s.prefix+"/app-key", app.PEM)
	if err != nil {
		return "", err
	}
	secret, err := s.put(ctx, s.prefix+"/webhook-secret", app.WebhookSecret)
	if err != nil {
		return "", err
	}
	written := fmt.Sprintf("Its credentials are stored. Parameters of the stack:\n  AppId=%d\n  SecretStore=%s\n  AppKeyArn=%s\n  "+
		"WebhookSecretArn=%s\n", app.ID, s.service, key, secret)
	if s.server != "" {
		written += fmt.Sprintf("  GitHubUrl=%s\n", s.server)
	}
	return written, nil
}

// put stores one value, over an older one of the same name, and returns its
// ARN.
func (s cloudStore) put(ctx context.Context, name, value string) (string, error) {
	arn, err := "", error(nil)
	if s.service == "ssm" {
		arn, err = s.putParameter(ctx, name, value)
	} else {
		arn, err = s.putSecret(ctx, strings.TrimPrefix(name, "/"), value)
	}
	if err != nil {
		return "", fmt.Errorf("store %s: %w", name, err)
	}
	return arn, nil
}

func (s cloudStore) putSecret(ctx context.Context, name, value string) (string, error) {
	client := secretsmanager.NewFromConfig(s.config)
	made, err := client.CreateSecret(ctx, &secretsmanager.CreateSecretInput{Name: &name, SecretString: &value})
	if err == nil {
		return aws.ToString(made.ARN), nil
	}
	var exists *secrettypes.ResourceExistsException
	if !errors.As(err, &exists) {
		return "", err
	}
	out, err := client.PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{SecretId: &name, SecretString: &value})
	if err != nil {
		return "", err
	}
	return aws.ToString(out.ARN), nil
}

func (s cloudStore) putParameter(ctx context.Context, name, value string) (string, error) {
	client := ssm.NewFromConfig(s.config)
	if _, err := client.PutParameter(ctx,
		&ssm.PutParameterInput{Name: &name, Value: &value, Type: ssmtypes.ParameterTypeSecureString, Overwrite: aws.Bool(true)}); err != nil {
		return "", err
	}
	out, err := client.GetParameter(ctx, &ssm.GetParameterInput{Name: &name})
	if err != nil {
		return "", err
	}
	return aws.ToString(out.Parameter.ARN), nil
}
