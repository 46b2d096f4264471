using System.Text.Json.Serialization;

namespace Bridge.Adapter.Directories;

/// <summary>A container runtime of this host, with the directories that it uses.</summary>
/// <param name="Name">Its own name.</param>
/// <param name="Socket">On which it serves, or would serve, the Container Runtime Interface.</param>
/// <param name="State">How it answered.</param>
/// <param name="ConfigurationDirectory">Its CNI configurations.</param>
/// <param name="PluginDirectories">Its CNI plugins, in its order.</param>
/// <param name="Source">How the directories are known.</param>
internal sealed record LocatedRuntime(
    string Name, string Socket, RuntimeState State, string ConfigurationDirectory, IReadOnlyList<string> PluginDirectories, string Source)
{
    public const string Asked = "it answered";

    /// <summary>The file that switches its CRI plugin off; null without one.</summary>
    [JsonIgnore]
    public string? DisabledBy { get; init; }

    /// <summary>Why no pods are seen there, and what to do; null when nothing stands against it.</summary>
    public string? Problem => State switch
    {
        RuntimeState.NoSocket => $"no pods are seen: there is no socket {Socket}. Start {Name}",
        RuntimeState.NotListening => $"no pods are seen: nothing listens on {Socket}. Start {Name}",
        RuntimeState.Forbidden => $"it was not asked: only root may use {Socket}. Run the command as root",
        RuntimeState.Disabled => DisabledBy is { } file
            ? $"no pods are seen: \"cri\" is among the disabled_plugins of {file}, as Docker's packages have it. This is right where " +
                $"{Name} serves Docker alone; for pods, remove \"cri\" there and restart {Name}"
            : $"no pods are seen: its CRI plugin is disabled. This is right where {Name} serves Docker alone; for pods, enable it and " +
                $"restart {Name}",
        RuntimeState.Silent => $"no pods are seen: it did not answer within a second. Restart {Name}, or see its log",
        RuntimeState.NotAsked => $"no pods are seen: the setting criSocket names another socket. Set criSocket: {Socket} to see its pods",
        _ => null,
    };
}

/// <summary>How a container runtime answered over the Container Runtime Interface.</summary>
internal enum RuntimeState
{
    [JsonStringEnumMemberName("no-socket")]
    NoSocket,

    [JsonStringEnumMemberName("not-listening")]
    NotListening,

    /// <summary>The command does not run as root.</summary>
    [JsonStringEnumMemberName("forbidden")]
    Forbidden,

    /// <summary>A containerd without its CRI plugin.</summary>
    [JsonStringEnumMemberName("disabled")]
    Disabled,

    /// <summary>It did not answer in time, or with an error.</summary>
    [JsonStringEnumMemberName("silent")]
    Silent,

    /// <summary>Only its files were read.</summary>
    [JsonStringEnumMemberName("not-asked")]
    NotAsked,

    /// <summary>Its socket is there, and the question is still to come.</summary>
    [JsonStringEnumMemberName("unknown")]
    Unknown,

    [JsonStringEnumMemberName("answers")]
    Answers,
}
