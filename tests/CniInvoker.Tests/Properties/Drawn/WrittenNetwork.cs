namespace CniInvoker.Tests.Properties.Drawn;

/// <summary>A valid configuration as text: a list of plugins, or a single plugin.</summary>
public sealed class WrittenNetwork(Json.Fields json)
{
    public Json.Fields Json => json;

    /// <summary>The entries of <c>plugins</c>; the whole, if it is a single plugin.</summary>
    public IReadOnlyList<Json.Fields> Plugins => json["plugins"] is Json.Items items ? [.. items.All.Cast<Json.Fields>()] : [json];

    public NetworkConfiguration Parse() => NetworkConfiguration.Parse(json.Utf8, "drawn");

    public override string ToString() => json.ToString();

    /// <summary>Smaller ones that are still valid.</summary>
    internal IEnumerable<WrittenNetwork> Smaller() =>
        JsonShrinking.SmallerFields(json).Select(smaller => new WrittenNetwork(smaller)).Where(smaller => smaller.IsUsable());

    private bool IsUsable()
    {
        try
        {
            Parse();
            return true;
        }
        catch (CniConfigurationException)
        {
            return false;
        }
    }
}
