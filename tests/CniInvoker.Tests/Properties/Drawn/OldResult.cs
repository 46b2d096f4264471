namespace CniInvoker.Tests.Properties.Drawn;

/// <summary>A result of the shape up to 0.2.0, with at least one address and without foreign fields.</summary>
public sealed record OldResult(WrittenResult Written)
{
    public bool HasAddress => Written.Json["ip4"] is Json.Fields || Written.Json["ip6"] is Json.Fields;
}
