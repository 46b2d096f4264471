namespace Bridge.Adapter.Advice.Rules;

/// <summary>A network without a protocol version gets the oldest.</summary>
internal sealed class Versions : FileRule
{
    private const string Key = "cniVersion";

    protected override IEnumerable<Note> Find(NetworkFile file, Subject subject)
    {
        if (file.Json is not { } json || file.Chain.All(plugin => plugin.Type.Length == 0)
            || (json[Key] is not null && LenientJson.Text(json, Key) != "") || json["cniVersions"] is not null)
        {
            yield break;
        }

        var inPlugin = file.IsList && file.Chain.Any(plugin => plugin.Json[Key] is not null);
        yield return file.Warning(
            $"it has no \"{Key}\"{(inPlugin ? " beside \"plugins\", where a list has it" : "")}: its plugins run with 0.1.0, which has " +
            $"no CHECK and one address of each family, and which newer plugins may refuse. Write \"{Key}\": \"0.3.1\", or a newer " +
            "version that all its plugins support");
    }
}
