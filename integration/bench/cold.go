package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/moby/buildkit/client"
)

// pullBases makes the daemon unpack the base images.
func (b *bench) pullBases(ctx context.Context) error {
	return b.buildctl(ctx, "bases.Dockerfile")
}

// forget leaves nothing in the daemon's cache but the base images, unpacked.
func (b *bench) forget(ctx context.Context) error {
	for range 5 { // what another record still holds goes in a later round
		others, err := b.otherRecords(ctx)
		if err != nil || len(others) == 0 {
			return err
		}
		var filter client.Filter
		for _, r := range others {
			filter = append(filter, "id=="+r.ID)
		}
		if err := b.daemon.Prune(ctx, nil, client.PruneAll, client.WithFilter(filter)); err != nil {
			return err
		}
	}
	others, err := b.otherRecords(ctx)
	if err == nil && len(others) > 0 {
		err = fmt.Errorf("the cache of BuildKit does not get empty: %d records, the first is %s", len(others), others[0].Description)
	}
	return err
}

// otherRecords are those of the cache that belong to no base image.
func (b *bench) otherRecords(ctx context.Context) ([]*client.UsageInfo, error) {
	records, err := b.daemon.DiskUsage(ctx)
	if err != nil {
		return nil, err
	}
	var others []*client.UsageInfo
	for _, r := range records {
		if !strings.HasPrefix(r.Description, "pulled from ") {
			others = append(others, r)
		}
	}
	return others, nil
}
