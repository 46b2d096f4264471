namespace CniInvoker.Tests.Properties.Drawn;

/// <summary>A result that names its version, as a plugin writes it.</summary>
public sealed class WrittenResult(string version, Json.Fields json)
{
    public string Version => version;

    /// <summary>Without the version.</summary>
    public Json.Fields Json => json;

    public CniResult Parse() => CniResult.Parse(json.With("cniVersion", new Json.Words(version)).Utf8, "0.1.0");

    public override string ToString() => $"{version} {json}";

    /// <summary>Smaller ones that are still results.</summary>
    internal IEnumerable<WrittenResult> Smaller() =>
        JsonShrinking.SmallerFields(json).Select(smaller => new WrittenResult(version, smaller)).Where(smaller => smaller.IsResult());

    private bool IsResult()
    {
        try
        {
            Parse();
            return true;
        }
        catch (CniException)
        {
            return false;
        }
    }
}
