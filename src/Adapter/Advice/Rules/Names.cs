namespace Bridge.Adapter.Advice.Rules;

/// <summary>Names that Docker has for its own networks.</summary>
internal sealed class Names : FileRule
{
    private static readonly string[] Dockers = ["bridge", "host", "none", "default"];

    protected override IEnumerable<Note> Find(NetworkFile file, Subject subject) =>
        file.Name is { } name && file.Chain.Count > 0 && Dockers.Contains(name, StringComparer.Ordinal)
            ? [file.Remark($"Docker keeps the name \"{name}\" for itself. Give the Docker network another: {CreateCommand(name)}")]
            : [];

    /// <summary>The command that makes a Docker network for a CNI network.</summary>
    public static string CreateCommand(string name) =>
        $"cnm-cni networks create {name}{(Dockers.Contains(name, StringComparer.Ordinal) ? $" --name cni-{name}" : "")}";
}
