using Bridge.Adapter.Faults;
using Bridge.Adapter.Sandboxes.Native;
using CniInvoker;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Adapter.State;

/// <summary>Replaces files so that, whenever the power goes, either the old or the new content is there, whole.</summary>
internal static class DurableFile
{
    /// <summary>What a file is called while it is written.</summary>
    public const string Unfinished = ".new";

    /// <summary>
    /// When it returns, whoever opens the file finds the new content. Durable once <see cref="SyncDirectory"/> has returned too. When it throws the file is
    /// what it was.
    /// </summary>
    public static void Put(string path, ReadOnlySpan<byte> content)
    {
        FaultPoint.Pass(FaultKind.Write, $"content of {path}");
        WholeFile.Write(path, content, path + Unfinished, static (from, to) =>
        {
            FaultPoint.Pass(FaultKind.Write, $"name of {to}");
            File.Move(from, to, overwrite: true);
        });
    }

    public static void SyncDirectory(string directory)
    {
        FaultPoint.Pass(FaultKind.Write, $"entries of {directory}");
        using SafeFileHandle handle = LibC.OpenDirectory(directory);
        LibC.Sync(handle);
    }
}
