namespace Bridge.Adapter.Sandboxes;

/// <summary>A permanent entry of a link's neighbour table.</summary>
internal sealed record LinkNeighbour(string Address, string Mac);
