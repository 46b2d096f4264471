using System.Text.Json.Nodes;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Advice.Rules;

/// <summary>
/// What flannel refuses of its delegate and replaces in its own section (flannel-io/cni-plugin, flannel.go), and empty delegates of multus.
/// </summary>
internal sealed class DelegateFields : FileRule
{
    private static readonly string[] OfLease = ["ranges", "subnet"];

    protected override IEnumerable<Note> Find(NetworkFile file, Subject subject) => file.Plugins.SelectMany(plugin => plugin.Type switch
    {
        FlannelLease.Plugin => OfFlannel(file, plugin),
        FirstDelegate.Plugin when plugin.Json["delegates"] is JsonArray delegates => OfMultus(file, plugin, delegates),
        _ => [],
    });

    private static IEnumerable<Note> OfFlannel(NetworkFile file, NetworkPlugin flannel)
    {
        if (flannel.Json["delegate"] is { } given && given is not JsonObject)
        {
            yield return file.Error(
                "is not an object, so ADD fails: write the fields of the delegate into it, or {}", $"{flannel.Place}.delegate");
        }

        foreach (var field in (string[])["ipam", "name"])
        {
            if (flannel.Json["delegate"] is JsonObject fields && fields[field] is not null)
            {
                var remedy = field == "ipam" ? "remove it, or move it beside \"delegate\"" : "remove it";
                yield return file.Error(
                    $"is set by flannel itself, which refuses it here, so ADD fails: {remedy}", $"{flannel.Place}.delegate.{field}");
            }
        }

        if (flannel.Json["subnetFile"] is { } path && !(path is JsonValue value && value.TryGetValue(out string? _)))
        {
            yield return file.Error(
                "is not a text, so ADD fails: write the path of flanneld's file, or remove it", $"{flannel.Place}.subnetFile");
        }

        foreach (var field in OfLease.Where(field => flannel.Ipam?[field] is not null))
        {
            yield return file.Warning(
                "has no effect: flannel takes the subnet of its lease. Remove it", $"{flannel.Place}.ipam.{field}");
        }
    }

    private static IEnumerable<Note> OfMultus(NetworkFile file, NetworkPlugin multus, JsonArray delegates)
    {
        if (delegates.Count > 0 && (delegates[0] is not JsonObject { Count: > 0 } first || first["plugins"] is JsonArray { Count: 0 }))
        {
            yield return file.Error(
                "is no network, so ADD fails: write a plugin, or a list of plugins, into it", $"{multus.Place}.delegates[0]");
        }
    }
}
