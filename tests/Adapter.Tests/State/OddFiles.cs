using System.Net.Sockets;
using Bridge.Adapter.Tests.Sandboxes;

namespace Bridge.Adapter.Tests.State;

/// <summary>Whatever can stand at a path in place of a file with a record in it.</summary>
internal static class OddFiles
{
    /// <returns>The ids under which they are.</returns>
    public static IReadOnlyList<string> MakeIn(string directory)
    {
        string PathOf(string id) => Path.Combine(directory, id + ".json");
        File.WriteAllText(PathOf("empty"), "");
        Directory.CreateDirectory(PathOf("directory"));
        File.WriteAllText(Path.Combine(PathOf("directory"), "inside"), "");
        File.CreateSymbolicLink(PathOf("dangling"), "/nowhere");
        File.CreateSymbolicLink(PathOf("linked"), "/etc");
        Tool.Run("mkfifo", PathOf("pipe"));
        Tool.Run("mknod", PathOf("device"), "c", "5", "1");
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            socket.Bind(new UnixDomainSocketEndPoint(PathOf("socket") + ".bound"));
            Tool.Run("mv", PathOf("socket") + ".bound", PathOf("socket")); // Else it would go with its owner.
        }

        Tool.Run("truncate", "--size=3G", PathOf("sparse"));
        File.WriteAllText(PathOf("broken"), "");
        // Reading its beginning is an input/output error.
        Tool.Run("mount", "--bind", $"/proc/{Environment.ProcessId}/mem", PathOf("broken"));
        Tool.Run("sh", "-c", $"touch \"{directory}/$(printf 'not\\377utf8').json\"");
        return ["empty", "directory", "dangling", "linked", "pipe", "device", "socket", "sparse", "broken", "not\uFFFDutf8"];
    }

    public static void RemoveFrom(string directory)
    {
        Tool.Run("umount", Path.Combine(directory, "broken.json"));
        Tool.Run("rm", "--recursive", directory); // One has a name that .NET cannot say.
    }
}
