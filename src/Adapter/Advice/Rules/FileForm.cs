namespace Bridge.Adapter.Advice.Rules;

/// <summary>Files that are no configuration for the other runtimes of the host, or for any.</summary>
internal sealed class FileForm : FileRule
{
    protected override IEnumerable<Note> Find(NetworkFile file, Subject subject)
    {
        if (file.HasByteOrderMark)
        {
            yield return file.Warning(
                "it begins with a byte order mark, which other runtimes (containerd, CRI-O, Podman) refuse: save it as UTF-8 without one");
        }

        if (IsManifest(file))
        {
            yield return file.Error(
                "it is a manifest for the Kubernetes API and no CNI configuration: write only the JSON of its spec.config into the file");
        }
    }

    private static bool IsManifest(NetworkFile file) => file.Json is { } json
        ? json["apiVersion"] is not null && json["kind"] is not null && json["plugins"] is null
        : file.Text.Split('\n').Any(line => line.StartsWith("apiVersion:", StringComparison.Ordinal))
            && file.Text.Split('\n').Any(line => line.StartsWith("kind:", StringComparison.Ordinal));
}
