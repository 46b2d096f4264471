using System.Text.Json;
using System.Text.Json.Nodes;

namespace Bridge.Adapter.Advice.Rules;

/// <summary>Values of the wrong type: "true" for true, "1500" for 1500. The plugin refuses its configuration at ADD.</summary>
internal sealed class FieldTypes : FileRule
{
    // Other plugins whose MTU is a number (their NetConf); aws-cni has a string there.
    private static readonly string[] WithNumericMtu = ["calico", "cilium-cni", "sriov", "ib-sriov", "ovs", "bond", "ipoib", "flannel"];

    protected override IEnumerable<Note> Find(NetworkFile file, Subject subject) => file.Plugins.SelectMany(plugin => Of(file, plugin));

    private static IEnumerable<Note> Of(NetworkFile file, NetworkPlugin plugin)
    {
        var fields = StockFields.Of(plugin.Type)
            ?? (WithNumericMtu.Contains(plugin.Type) ? new StockFields([], ["mtu"], [], []) : new StockFields([], [], [], []));
        return plugin.Json.Select(property => (property.Key, Problem: Problem(fields, property.Key, property.Value)))
            .Where(found => found.Problem is not null)
            .Select(found => file.Error(
                $"{found.Problem}; plugin {plugin.Type} refuses the configuration otherwise", $"{plugin.Place}.{found.Key}"));
    }

    private static string? Problem(StockFields fields, string key, JsonNode? value)
    {
        bool IsOne(string[] names) => names.Contains(key, StringComparer.OrdinalIgnoreCase);
        var kind = value?.GetValueKind() ?? JsonValueKind.Null;
        var written = value is JsonValue ? value.ToJsonString() : "a list or an object";
        return kind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.String when Placeholders.IsWhole((string?)value) => null, // That rule reports it.
            not (JsonValueKind.True or JsonValueKind.False) when IsOne(fields.Flags) =>
                $"is {written}: write true or false, without quotes",
            not JsonValueKind.Number when IsOne(fields.Numbers) => $"is {written}: write a number, without quotes",
            not JsonValueKind.String when IsOne(fields.Texts) => $"is {written}: write it in quotes",
            _ => null,
        };
    }
}

/// <summary>Fields of stock plugins that those do not have: often a misspelt one.</summary>
internal sealed class UnknownFields : FileRule
{
    protected override IEnumerable<Note> Find(NetworkFile file, Subject subject) =>
        from plugin in file.Plugins
        let fields = StockFields.Of(plugin.Type)
        where fields is not null
        from key in plugin.Json.Select(property => property.Key)
        where !fields.Contains(key) && !StockFields.IsCommon(key)
        select fields.Own.FirstOrDefault(own => Spelling.IsNear(key, own)) is { } near
            ? file.Warning($"is no field of plugin {plugin.Type}, which ignores it: write \"{near}\"", $"{plugin.Place}.{key}")
            : file.Remark($"is no field of plugin {plugin.Type} that cnm-cni knows: the plugin may ignore it", $"{plugin.Place}.{key}");
}
